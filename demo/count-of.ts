/** `3 changes`, `1 change`. */
export const countOf = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`
