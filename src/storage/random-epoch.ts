/** A name that no other timeline has: 32 hexadecimal digits. (`randomUUID` is missing where a page is not a secure context.) */
export function randomEpoch(): string {
  const words = crypto.getRandomValues(new Uint32Array(4))
  return Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('')
}
