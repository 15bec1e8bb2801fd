/** What a pulled map says, whatever names and order its form has: ids of entities left out, lists as sets. */
export function nestedText(pulled: unknown): string {
  if (Array.isArray(pulled)) return `[${pulled.map(nestedText).sort().join()}]`
  if (typeof pulled !== 'object' || pulled === null) return JSON.stringify(pulled) ?? 'undefined'
  const entries = Object.entries(pulled).map(([key, value]) => [plainName(key), value] as const)
  const facts = entries.filter(([key]) => key !== 'db-id').map(([key, value]) => `${key}:${nestedText(value)}`)
  return `{${facts.sort().join()}}`
}

/** `:person/name`, `person/name` and `person-name` alike. */
const plainName = (key: string): string => key.replace(/^:/, '').replace('/', '-')
