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

/** The same, undefined where it cannot be told: of a cycle, or of what throws when it is looked at. */
export function plainKeyIfAny(x: unknown): string | undefined {
  try {
    return plainKey(x)
  } catch {
    return undefined
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
