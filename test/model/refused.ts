/**
 * A transaction that the documentation says is refused. `area` is the part of the error's code before the slash; where several
 * forms are wrong, or one in more ways than one, any of `others` will do.
 */
export class Refused extends Error {
  constructor(
    readonly area: string,
    message: string,
    readonly others: readonly string[] = [],
  ) {
    super(message)
  }

  get areas(): readonly string[] {
    return [this.area, ...this.others]
  }
}
