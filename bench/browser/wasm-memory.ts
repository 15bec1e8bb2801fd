// Remembers every WebAssembly memory of this thread: the browser does not count them where it tells of a page's memory.
// Requires: imported before any module that compiles WebAssembly.

const memories = new Set<WebAssembly.Memory>()

export const wasmBytes = (): number => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0)

function remember(instance: WebAssembly.Instance, imports: WebAssembly.Imports | undefined): void {
  const spaces = [instance.exports, ...Object.values(imports ?? {})]
  for (const value of spaces.flatMap((space) => Object.values(space))) {
    if (value instanceof WebAssembly.Memory) memories.add(value)
  }
}

const { instantiate, instantiateStreaming } = WebAssembly
WebAssembly.instantiate = async (source: BufferSource | WebAssembly.Module, imports?: WebAssembly.Imports) => {
  const made: unknown = await instantiate(source as WebAssembly.Module, imports)
  const instance =
    made instanceof WebAssembly.Instance ? made : (made as WebAssembly.WebAssemblyInstantiatedSource).instance
  remember(instance, imports)
  return made as never
}
WebAssembly.instantiateStreaming = async (source, imports) => {
  const made = await instantiateStreaming(source, imports)
  remember(made.instance, imports)
  return made
}
