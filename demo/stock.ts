import type { Connection, TxReport, UndoReport } from 'annals'
import type { Item } from './item.ts'
import { type Step, tutorialItems, tutorialSteps } from './tutorial-items.ts'

/** A wish that the page itself turns down; the message is for people. */
export class NotPossible extends Error {}

export interface NewItem {
  readonly sku: string
  readonly color: string
  readonly size: string
  readonly type: string
  readonly count: number | undefined
}

/** What this page can do to the inventory: each call one transaction, signed and with its reason. */
export interface Stock {
  /** Refused where another replica sold the same piece first. */
  sellOne(sku: string): Promise<TxReport>
  /** Adds up with what other replicas receive. */
  receiveOne(sku: string): Promise<TxReport>
  setCount(sku: string, count: number, reason: string): Promise<TxReport>
  /** Refused where the SKU is taken, here or on another replica. */
  add(item: NewItem): Promise<TxReport>
  remove(sku: string): Promise<TxReport>
  /** Reverts what still stands of a transaction, which was made for `reason`; the report tells what was left alone. */
  undo(id: string, reason: string | undefined): Promise<UndoReport>
  /** The tutorial's items in one transaction; with `story` also what it does to them afterwards. */
  loadTutorial(story: boolean): Promise<void>
}

const COUNT = 'inv/count'
const itemOf = (sku: string): [string, string] => ['inv/sku', sku]

/** Finds an item by its SKU. */
const TAKEN = { find: ['?item'], in: ['$', '?sku'], where: [['?item', 'inv/sku', '?sku']] }

export function createStock(conn: Connection, user: string): Stock {
  let selling: Promise<unknown> = Promise.resolve()

  const sign = (reason: string): object => ({ 'db/id': 'datomic.tx', 'db/doc': reason, 'change/by': user })
  const change = (reason: string, ...forms: readonly unknown[]): Promise<TxReport> =>
    conn.transact([...forms, sign(reason)])
  const step = ({ reason, forms }: Step): Promise<TxReport> => change(reason, ...forms)

  async function sell(sku: string): Promise<TxReport> {
    const item = await conn.db().pull<Pick<Item, 'count'>>([[COUNT, { as: 'count' }]], itemOf(sku))
    const left = item?.count ?? 0
    if (left < 1) throw new NotPossible(`There is no ${sku} left to sell.`)
    return change('sold one', [':db/cas', itemOf(sku), COUNT, left, left - 1])
  }

  return {
    sellOne: (sku) => {
      // One after the other: each looks at the count that the last one left.
      const sold = selling.then(() => sell(sku))
      selling = sold.catch(() => undefined)
      return sold
    },
    receiveOne: (sku) => change('received one', [':db/inc', itemOf(sku), COUNT, 1]),
    setCount: (sku, count, reason) => change(reason, [':db/add', itemOf(sku), COUNT, count]),
    add: ({ sku, color, size, type, count }) =>
      change('new item', [':db/forbid', TAKEN, [sku]], {
        'inv/sku': sku,
        'inv/color': color,
        'inv/size': size,
        'inv/type': type,
        ...(count !== undefined && { [COUNT]: count }),
      }),
    remove: (sku) => change('item removed', [':db/retractEntity', itemOf(sku)]),
    undo: (id, reason) => conn.undo(id, { txData: [sign(reason === undefined ? 'undone' : `undone: ${reason}`)] }),
    loadTutorial: async (story) => {
      await change('the tutorial’s items', ...tutorialItems)
      if (story) for (const told of tutorialSteps) await step(told)
    },
  }
}
