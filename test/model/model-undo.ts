import { factKey, type ModelDatom, type ModelDb, type ModelIncrement, modelDatom } from './model-db.ts'
import type { ModelOp } from './model-forms.ts'
import { attribute, builtin, isSchemaFact, isUsed, type ModelAttribute } from './model-schema.ts'
import { checkModelSchema } from './model-schema-rules.ts'
import { Refused } from './refused.ts'

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
      if (d.tx === target || recounted(db, d)) return false
      const undone = db.values(d.tx, undoes)
      if (undone.length === 0) return false
      const before = said.slice(0, i).findLast((x) => x.key === d.key)
      return before !== undefined && undone.includes(before.tx)
    })
    if (taking < 0) return said
    const [d] = said.splice(taking, 1) as [ModelDatom]
    said.splice(
      said.findLastIndex((x, i) => i < taking && x.key === d.key),
      1,
    )
  }
}

/** Whether an undo took something off a number instead of taking facts back. */
const recounted = (db: ModelDb, d: ModelDatom): boolean =>
  db.increments.some((i) => i.tx === d.tx && i.e === d.e && i.a === d.a && i.exact === false)

/** What undoing one transaction would say, and record. */
interface Change {
  readonly facts: readonly ModelDatom[]
  readonly increments: readonly ModelIncrement[]
}

/** The undo of transaction `tx`, said by `by`. */
class ModelUndo {
  private readonly said: readonly ModelDatom[]
  private readonly later: readonly ModelDatom[]
  private readonly own: readonly ModelDatom[]

  constructor(
    private readonly db: ModelDb,
    private readonly tx: number,
    private readonly by: number,
  ) {
    this.said = standing(db, tx)
    this.later = this.said.filter((d) => d.tx > tx)
    const untouched = (d: ModelDatom): boolean => {
      const a = attribute(db, d.a)
      return d.e >= FIRST_TX || a === undefined || a.tupleAttrs !== undefined // of an attribute that is gone nobody speaks
    }
    this.own = db.datoms.filter((d) => d.tx === tx && !untouched(d))
  }

  change(): Change {
    const counters = this.counters()
    const counted = (d: ModelDatom): boolean => counters.some((c) => c.e === d.e && c.a === d.a)
    const schema = new Set(this.own.filter((d) => isSchemaFact(this.db, d)).map((d) => d.e))
    const changes: Change[] = counters.map((c) => this.uncount(c))
    const rest = this.own.filter((d) => !counted(d))
    const plain = rest.filter((d) => !schema.has(d.e) && this.canTurn(d))
    const whole = [...schema].flatMap((e) =>
      this.schemaEntity(
        e,
        rest.filter((d) => d.e === e),
      ),
    )
    return {
      facts: [...changes.flatMap((c) => c.facts), ...[...plain, ...whole].map((d) => this.turned(d))],
      increments: changes.flatMap((c) => c.increments),
    }
  }

  private turned({ e, a, v, added }: ModelDatom): ModelDatom {
    const hidden = added && attribute(this.db, a)?.noHistory === true
    return modelDatom({ e, a, v, tx: this.by, added: !added, ...(hidden && { hidden }) })
  }

  private lost(e: unknown): boolean {
    return this.db.about(e as number).length === 0 && this.later.some((d) => d.e === e)
  }

  /** Whether a unique value belongs to somebody, and not because of this transaction. */
  private taken(a: ModelAttribute, v: unknown): boolean {
    const owner = a.unique === undefined ? undefined : this.db.owner(a.id, v)
    if (owner === undefined) return false
    const claim = this.said.findLast((x) => x.key === factKey(owner, a.id, v))
    return claim !== undefined && claim.tx !== this.tx
  }

  /** Whether the opposite of a fact of the transaction can be said. */
  private canTurn(d: ModelDatom): boolean {
    const a = attribute(this.db, d.a) as ModelAttribute
    const last = this.said.findLast((x) => x.key === d.key)
    if (d.added) return last?.added === true && last.tx === this.tx
    if (!a.noHistory && !this.said.includes(d)) return false
    if (this.later.some((x) => (a.many ? x.key === d.key : x.e === d.e && x.a === d.a))) return false
    return !this.lost(d.e) && !(a.type === 'ref' && this.lost(d.v)) && !this.taken(a, d.v)
  }

  private counters(): readonly ModelIncrement[] {
    const sums = new Map<string, ModelIncrement>()
    for (const i of this.db.increments.filter((x) => x.tx === this.tx && x.e < FIRST_TX)) {
      const key = `${i.e} ${i.a}`
      sums.set(key, { tx: i.tx, e: i.e, a: i.a, delta: i.delta + (sums.get(key)?.delta ?? 0) })
    }
    return [...sums.values()]
  }

  /** What was added to a number is taken off it: as facts while these are the last word, afterwards as a number. */
  private uncount({ e, a: id, delta }: ModelIncrement): Change {
    const nothing: Change = { facts: [], increments: [] }
    if (takenBack(this.db, this.tx, e, id)) return nothing
    const record = { tx: this.by, e, a: id, delta: 0 - delta, of: this.tx }
    const facts = this.own.filter((d) => d.e === e && d.a === id)
    if (facts.length > 0 && facts.every((d) => this.canTurn(d)))
      return { facts: facts.map((d) => this.turned(d)), increments: [{ ...record, exact: true }] }
    const a = attribute(this.db, id)
    const [old] = this.db.values(e, id) as number[]
    if (a === undefined || a.many || old === undefined) return nothing
    const next = old - delta
    if ((a.type === 'long' && !Number.isSafeInteger(next)) || this.taken(a, next)) return nothing
    const was = modelDatom({ e, a: id, v: old, tx: this.tx, added: true })
    const is = modelDatom({ e, a: id, v: next, tx: this.tx, added: false })
    return {
      facts: next === old ? [] : [this.turned(was), this.turned(is)],
      increments: [{ ...record, exact: false }],
    }
  }

  /** Of a schema entity that the transaction made or took away, all or nothing; of others, what leaves a schema that makes sense. */
  private schemaEntity(e: number, facts: readonly ModelDatom[]): readonly ModelDatom[] {
    const { db } = this
    const can = facts.filter((d) => this.canTurn(d))
    const all = can.length === facts.length
    const there = db.about(e).length
    if (facts.every((d) => d.added) && !this.said.some((d) => d.e === e && d.tx < this.tx))
      return all && there === facts.length && !isUsed(db, e) && this.fits(facts) ? facts : []
    if (facts.every((d) => !d.added) && there === 0) return all && this.fits(facts) ? facts : []
    const ofSchema = can.filter((d) => isSchemaFact(db, d))
    return this.fits(ofSchema) ? can : can.filter((d) => !ofSchema.includes(d))
  }

  private fits(facts: readonly ModelDatom[]): boolean {
    try {
      checkModelSchema(
        this.db,
        facts.map((d) => this.turned(d)),
      )
      return true
    } catch (e) {
      if (e instanceof Refused) return false
      throw e
    }
  }
}

/** Whether an undo that stands has taken back what `tx` added to a number. */
function takenBack(db: ModelDb, tx: number, e: number, a: number): boolean {
  const undos = db.increments.filter((i) => i.of === tx && i.e === e && i.a === a)
  return undos.some((undo) => !takenBack(db, undo.tx, e, a))
}

/** What undoing transactions demands: one after the other, the newest first; then what is different from before. */
export function undoDemands(db: ModelDb, txs: readonly number[], by: number): ModelOp[] {
  const undoes = attribute(db, builtin(db, ':tx/undoes')) as ModelAttribute
  let then = db
  let next = by
  for (const tx of [...txs].sort((x, y) => y - x)) {
    const { facts, increments } = new ModelUndo(then, tx, next).change()
    const done = modelDatom({ e: next, a: undoes.id, v: tx, tx: next, added: true })
    then = then.plus([done, ...facts], increments)
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
      a: (attribute(db, d.a) ?? attribute(then, d.a)) as ModelAttribute,
      v: d.v,
    })
  return [
    ...txs.map((tx): ModelOp => ({ op: 'add', e: by, a: undoes, v: tx })),
    ...difference(db, then).map(demand('retract')),
    ...difference(then, db).map(demand('add')),
    ...then.increments
      .slice(db.increments.length)
      .map((i): ModelOp => ({ op: 'takeBack', increment: { ...i, tx: by } })),
  ]
}
