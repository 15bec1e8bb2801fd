/** How a result is taken apart, over slots; `slot` -1 ignores. */
export type SlotBinding =
  | { readonly kind: 'slot'; readonly slot: number }
  | { readonly kind: 'tuple'; readonly items: readonly SlotBinding[] }
  | { readonly kind: 'collection'; readonly item: SlotBinding }

/** Calls `visit` with every slot of a binding. */
export function bindingSlots(b: SlotBinding, visit: (slot: number) => void): void {
  if (b.kind === 'slot') {
    if (b.slot !== -1) visit(b.slot)
  } else if (b.kind === 'tuple') for (const item of b.items) bindingSlots(item, visit)
  else bindingSlots(b.item, visit)
}

/**
 * Calls `then` for every way to take `x` apart as `b` says. `list` gives the members of what has to be a list; `set` takes what is
 * there for a slot, and goes on with the rest or not.
 */
export function takeApart<X>(
  b: SlotBinding,
  x: X,
  list: (x: X, b: SlotBinding) => readonly X[],
  set: (slot: number, x: X, rest: () => void) => void,
  then: () => void,
): void {
  if (b.kind === 'slot') set(b.slot, x, then)
  else if (b.kind === 'collection') for (const item of list(x, b)) takeApart(b.item, item, list, set, then)
  else {
    const items = list(x, b)
    const step = (k: number): void => {
      if (k === b.items.length) then()
      else takeApart(b.items[k] as SlotBinding, items[k] as X, list, set, () => step(k + 1))
    }
    step(0)
  }
}
