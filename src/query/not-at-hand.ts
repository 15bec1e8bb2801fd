/** Says that an answer has to be found in the general way, or that something has to be waited for. */
export const NOT_AT_HAND: unique symbol = Symbol('not at hand')
