/** Requires: `values` is not empty. */
export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** The value below which the part `q` of all values lies, between neighbours in proportion. Requires: `values` is not empty. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * q
  const low = sorted[Math.floor(place)] as number
  const high = sorted[Math.ceil(place)] as number
  return low + (high - low) * (place - Math.floor(place))
}

/** Requires: every value is above 0, and there is one. */
export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
