/** Whether `x` is an object such as `{…}` makes. */
export const isRow = (x: unknown): x is Readonly<Record<string, unknown>> =>
  typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype
