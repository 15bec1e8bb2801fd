/** A transaction that the documentation says is refused; `area` is the part of the error's code before the slash. */
export class Refused extends Error {
  constructor(
    readonly area: string,
    message: string,
  ) {
    super(message)
  }
}
