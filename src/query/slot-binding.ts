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
