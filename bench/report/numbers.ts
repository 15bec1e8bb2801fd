/** Two digits that mean something, without exponents. */
export function short(n: number): string {
  const size = Math.abs(n)
  if (size === 0) return '0'
  if (size >= 100) return Math.round(n).toLocaleString('en')
  if (size >= 10) return trimmed(n.toFixed(1))
  if (size >= 1) return trimmed(n.toFixed(2))
  return String(Number(n.toPrecision(2)))
}

const trimmed = (text: string): string => text.replace(/\.?0+$/, '')
