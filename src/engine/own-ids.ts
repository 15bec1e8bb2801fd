import { PROVISIONAL_BASE } from '../datom/ids.ts'
import type { Schema } from '../datom/schema.ts'
import type { TxData } from '../datom/tx-data.ts'

/** The least id beyond all entities that a transaction speaks of, those included that it points to: they may have been excised. */
export function freeAfter(data: TxData, { attributes }: Schema): number {
  let most = 0
  const meet = (id: number): void => {
    if (id < PROVISIONAL_BASE && id > most) most = id
  }
  for (let i = 0; i < data.length; i++) {
    meet(data.e[i] as number)
    if (attributes.get(data.a[i] as number)?.type === 'ref') meet(data.v[i] as number)
  }
  return most + 1
}
