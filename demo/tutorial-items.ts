import { COLORS, SIZES, TYPES } from './schema.ts'

/** The tutorial's 64 items, SKU-0 to SKU-63: each colour in each size of each type. A second copy changes nothing. */
export const tutorialItems = COLORS.flatMap((color) =>
  SIZES.flatMap((size) => TYPES.map((type) => ({ 'inv/color': color, 'inv/size': size, 'inv/type': type }))),
).map((item, i) => ({ 'inv/sku': `SKU-${i}`, ...item }))

/** What the first count finds of an item. The tutorial tells three of them, two of them by mistake. */
const TOLD: Readonly<Record<string, number>> = { 'SKU-21': 7, 'SKU-22': 7, 'SKU-42': 100 }
const counted = (sku: string, i: number): number => TOLD[sku] ?? (i * 5) % 13

export interface Step {
  readonly reason: string
  readonly forms: readonly unknown[]
}

/** What happens in the tutorial, one transaction each: a first count, then the two corrections. */
export const tutorialSteps: readonly Step[] = [
  {
    reason: 'first count of the stock',
    // only where nobody has counted yet, on whichever replica
    forms: tutorialItems.map(({ 'inv/sku': sku }, i) => [
      ':db/cas',
      ['inv/sku', sku],
      'inv/count',
      null,
      counted(sku, i),
    ]),
  },
  { reason: 'remove incorrect assertion', forms: [[':db/retract', ['inv/sku', 'SKU-22'], 'inv/count', 7]] },
  { reason: 'correct data entry error', forms: [[':db/cas', ['inv/sku', 'SKU-42'], 'inv/count', 100, 1000]] },
]
