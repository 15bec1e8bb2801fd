import { factKey, type ModelDatom, type ModelDb, modelDatom } from './model-db.ts'
import type { ModelOp } from './model-forms.ts'
import { attribute, builtin, type ModelAttribute } from './model-schema.ts'

const FIRST_TX = 2 ** 29

/**
 * What stands of what was ever said. Where an undo said the opposite of what a fact had come to by a transaction that it undid,
 * neither counts; undos of undos are looked at first. `target` is to be undone: what it took back counts.
 */
function standing(db: ModelDb, target: number): readonly ModelDatom[] {
  const undoes = builtin(db, ':tx/undoes')
  const said = [...db.history()]
  for (;;) {
    const taking = said.findLastIndex((d, i) => {
      if (d.tx === target) return false
      const before = said.slice(0, i).findLast((x) => x.key === d.key)
      return before !== undefined && db.values(d.tx, undoes).includes(before.tx)
    })
    if (taking < 0) return said
    const [d] = said.splice(taking, 1) as [ModelDatom]
    said.splice(
      said.findLastIndex((x, i) => i < taking && x.key === d.key),
      1,
    )
  }
}

/** The facts of one transaction that undoing it would turn round. */
function turned(db: ModelDb, tx: number): readonly ModelDatom[] {
  const said = standing(db, tx)
  const later = said.filter((d) => d.tx > tx)
  const lost = (e: unknown): boolean => db.about(e as number).length === 0 && later.some((d) => d.e === e)
  return db.datoms.filter((d) => {
    const a = attribute(db, d.a) as ModelAttribute
    if (d.tx !== tx || d.e >= FIRST_TX || a.tupleAttrs !== undefined || isSchema(db, d)) return false
    const same = (x: ModelDatom): boolean => x.key === d.key
    const last = said.findLast(same)
    if (d.added) return last?.added === true && last.tx === tx
    if (!said.includes(d) || later.some((x) => (a.many ? same(x) : x.e === d.e && x.a === d.a))) return false
    if (lost(d.e) || (a.type === 'ref' && lost(d.v))) return false
    const owner = a.unique === undefined ? undefined : db.owner(a.id, d.v)
    const claim = said.findLast((x) => x.e === owner && x.a === d.a && x.key === factKey(owner as number, d.a, d.v))
    return owner === undefined || claim === undefined || claim.tx === tx
  })
}

const isSchema = (db: ModelDb, d: ModelDatom): boolean =>
  attribute(db, d.e) !== undefined && d.a !== builtin(db, ':db/doc') && d.a < 20

/** What undoing transactions demands: one after the other, the newest first; then what is different from before. */
export function undoDemands(db: ModelDb, txs: readonly number[], by: number): ModelOp[] {
  const undoes = attribute(db, builtin(db, ':tx/undoes')) as ModelAttribute
  let then = db
  let next = by
  for (const tx of [...txs].sort((x, y) => y - x)) {
    const back = turned(then, tx).map(({ e, a, v, added }) => {
      const hidden = added && attribute(db, a)?.noHistory === true
      return modelDatom({ e, a, v, tx: next, added: !added, ...(hidden && { hidden }) })
    })
    then = then.plus([modelDatom({ e: next, a: undoes.id, v: tx, tx: next, added: true }), ...back])
    next++
  }
  const difference = (x: ModelDb, y: ModelDb): readonly ModelDatom[] => {
    const keys = new Set(y.now.map((d) => d.key))
    return x.now.filter((d) => d.e < FIRST_TX && !keys.has(d.key))
  }
  const demand =
    (op: 'add' | 'retract') =>
    (d: ModelDatom): ModelOp => ({
      op,
      e: d.e,
      a: attribute(db, d.a) as ModelAttribute,
      v: d.v,
    })
  return [
    ...txs.map((tx): ModelOp => ({ op: 'add', e: by, a: undoes, v: tx })),
    ...difference(db, then).map(demand('retract')),
    ...difference(then, db).map(demand('add')),
  ]
}
