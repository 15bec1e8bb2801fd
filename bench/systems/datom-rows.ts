// A naive store: one IndexedDB record per fact, with the indexes that Datalog needs as IndexedDB's own.
import type { Data } from '../data/data.ts'
import { completed, openIdb, result, writing } from './indexed-db.ts'
import type { OpenOptions, Session } from './system.ts'

interface Fact {
  readonly e: number | string
  readonly a: string
  readonly v: number | string
}

export async function open({ name }: OpenOptions): Promise<Session> {
  const database = await openIdb(name, (created) => {
    const facts = created.createObjectStore('facts', { keyPath: ['e', 'a', 'v'] })
    facts.createIndex('aev', ['a', 'e', 'v'])
    facts.createIndex('ave', ['a', 'v', 'e'])
  })
  const entityOf = (index: IDBIndex, sku: string): Promise<Fact | undefined> =>
    result<Fact | undefined>(index.get(IDBKeyRange.bound(['sku', sku], ['sku', sku, []])))
  const countOf = (index: IDBIndex, e: Fact['e']): Promise<Fact | undefined> =>
    result<Fact | undefined>(index.get(IDBKeyRange.bound(['count', e], ['count', e, []])))
  return {
    async import(data: Data) {
      const tx = writing(database, 'facts')
      const facts = tx.objectStore('facts')
      for (const fact of factsOf(data)) facts.put(fact)
      await completed(tx)
    },
    async lookup(sku) {
      const facts = database.transaction('facts').objectStore('facts')
      const item = await entityOf(facts.index('ave'), sku)
      return item && ((await countOf(facts.index('aev'), item.e))?.v as number | undefined)
    },
    async countBelow(count) {
      const facts = database.transaction('facts').objectStore('facts')
      const keys = facts.index('ave').getAllKeys(IDBKeyRange.bound(['count'], ['count', count], false, true))
      // Order lines have counts too; the entities of items are numbers.
      return (await result<IDBValidKey[]>(keys)).filter((key) => Array.isArray(key) && typeof key[0] === 'number')
        .length
    },
    async update(sku, count) {
      const tx = writing(database, 'facts')
      const facts = tx.objectStore('facts')
      const item = await entityOf(facts.index('ave'), sku)
      const old = item && (await countOf(facts.index('aev'), item.e))
      if (item && old) {
        facts.delete([old.e, old.a, old.v])
        facts.put({ e: item.e, a: 'count', v: count })
      }
      await completed(tx)
    },
    close: () => database.close(),
  }
}

function* factsOf(data: Data): Generator<Fact> {
  if (data.kind === 'items') {
    for (const [e, item] of data.items.entries()) for (const [a, v] of Object.entries(item)) yield { e, a, v }
  }
  if (data.kind === 'orders') {
    for (const { id, lines } of data.orders) {
      for (const [i, { item, count }] of lines.entries()) {
        const line = `line-${id}-${i}`
        yield { e: `order-${id}`, a: 'lines', v: line }
        yield { e: line, a: 'item', v: item }
        yield { e: line, a: 'count', v: count }
      }
    }
  }
}
