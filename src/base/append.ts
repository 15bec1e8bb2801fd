/** Adds all of `more` to the end of `list`, however many they are: as arguments of one call they would not fit on the stack. */
export function append<T>(list: T[], more: Iterable<T>): void {
  for (const x of more) list.push(x)
}
