/** A text that is the same for two plain values exactly when they are equal, for the values that questions and answers are made of. */
export function plainKey(x: unknown): string {
  switch (typeof x) {
    case 'string':
      return JSON.stringify(x)
    case 'bigint':
      return `${x}n`
    case 'object':
      return x === null ? 'null' : objectKey(x)
    default:
      return String(x)
  }
}

function objectKey(x: object): string {
  if (Array.isArray(x)) return `[${x.map(plainKey).join()}]`
  if (x instanceof Date) return `#${x.getTime()}`
  if (x instanceof Uint8Array) return `<${x.join()}>`
  if (x instanceof Map) return `M${plainKey([...x])}`
  if (x instanceof Set) return `S${plainKey([...x])}`
  return `{${Object.entries(x)
    .map(([k, v]) => `${JSON.stringify(k)}:${plainKey(v)}`)
    .join()}}`
}
