/** Transaction data as EDN text: strings that begin with a colon are keywords. */
export function asText(x: unknown): string {
  if (x === null || x === undefined) return 'nil'
  if (Array.isArray(x)) return `[${x.map(asText).join(' ')}]`
  if (x instanceof Date) return `#inst "${x.toISOString()}"`
  if (typeof x === 'string') return x.startsWith(':') ? x : JSON.stringify(x)
  if (typeof x === 'bigint') return `${x}N`
  if (typeof x !== 'object') return Object.is(x, -0) ? '-0.0' : String(x)
  return `{${Object.entries(x).map(([k, v]) => `${k} ${asText(v)}`)}}`
}
