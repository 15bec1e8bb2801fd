import { type ModelDatom, type ModelDb, type ModelIncrement, modelDatom, valueKey } from './model-db.ts'
import { ModelEntities } from './model-entities.ts'
import { Lookup, ModelForms, type ModelOp } from './model-forms.ts'
import { attribute, attributes, builtin, entityNamed, type ModelAttribute, named } from './model-schema.ts'
import { checkModelSchema } from './model-schema-rules.ts'
import { undoDemands } from './model-undo.ts'
import { Refused } from './refused.ts'

/** What an application brings along. `args` of a predicate: a value, or the database after and an entity. */
export interface ModelFunctions {
  readonly calls: Readonly<Record<string, (db: ModelDb, args: readonly unknown[]) => readonly unknown[]>>
  readonly tests: Readonly<Record<string, (db: ModelDb, x: unknown) => boolean>>
}
export interface ModelEnv extends ModelFunctions {
  readonly tx: number
  /** Milliseconds since 1970. */
  readonly now: number
  /** Ids for new entities. */
  readonly mint: () => number
}
export interface ModelOutcome {
  /** All that the transaction said, but its uuid. */
  readonly said: readonly ModelDatom[]
  readonly increments: readonly ModelIncrement[]
  /** The entities of the tempids that the application named. */
  readonly tempids: ReadonlyMap<string, number>
}

/** Decides a transaction from the documented rules. Throws {@link Refused}. */
export function modelTransact(db: ModelDb, forms: readonly unknown[], env: ModelEnv): ModelOutcome {
  const reader = new ModelForms(db, env.tx)
  reader.read(forms)
  const ops: ModelOp[] = []
  for (let i = 0; i < reader.ops.length; i++) {
    const op = reader.ops[i] as ModelOp
    if (op.op !== 'call') ops.push(op)
    else if (op.name === ':db/undo') ops.push(...undone(db, reader, op.args, env))
    else {
      const f = env.calls[op.name]
      if (f === undefined) throw new Refused('tx', `no function ${op.name}`)
      reader.read(f(db, op.args))
    }
  }
  const entities = new ModelEntities(db, ops, env.mint)
  for (const id of reader.given) {
    const known = id === env.tx || db.history().some((d) => d.e === id)
    if (!known) throw new Refused('tx', `${id} was never mentioned`)
  }
  entities.unify()
  entities.checkDescribed(reader.described)
  const wants = gather(db, ops, entities)
  const decided = decide(db, wants, env.tx)
  const said = [...decided, ...composites(db, wants, decided, env.tx)]
  checkUnique(db, said)
  checkOwnFacts(db, said, env.tx)
  checkModelSchema(db, said)
  checkPredicates(db, said, env)
  checkEnsured(db, ops, entities, said, env)
  const own = modelDatom({
    e: env.tx,
    a: builtin(db, ':db/txInstant'),
    v: new Date(instant(db, said, env)),
    tx: env.tx,
    added: true,
  })
  const others = said.filter((d) => d.key !== own.key)
  const increments = wants.flatMap(({ e, a, inc }) => (inc ? [{ tx: env.tx, e, a: a.id, delta: inc }] : []))
  const back = ops.flatMap((op) => (op.op === 'takeBack' ? [op.increment] : []))
  const tempids = new Map([...entities.named(), ...(reader.namesTx ? [['datomic.tx', env.tx] as const] : [])])
  return { said: [own, ...others], increments: [...increments, ...back], tempids }
}

function undone(db: ModelDb, reader: ModelForms, args: readonly unknown[], env: ModelEnv): ModelOp[] {
  const txs = args.map((x) => {
    const tx = reader.who(x)
    const id = tx instanceof Lookup ? db.owner(tx.a.id, tx.v) : tx
    if (typeof id !== 'number' || id < 2 ** 29) throw new Refused('tx', 'no transaction')
    return id
  })
  return undoDemands(db, [...new Set(txs)], env.tx)
}

/** What is wanted of one entity's attribute. */
interface Want {
  readonly e: number
  readonly a: ModelAttribute
  readonly adds: unknown[]
  readonly retracts: unknown[]
  all: boolean
  inc: number | undefined
}
const has = (values: readonly unknown[], v: unknown): boolean => values.some((x) => valueKey(x) === valueKey(v))

function gather(db: ModelDb, ops: readonly ModelOp[], entities: ModelEntities): readonly Want[] {
  const wants = new Map<string, Want>()
  const want = (e: number, a: ModelAttribute): Want => {
    const key = `${e} ${a.id}`
    const known = wants.get(key) ?? { e, a, adds: [], retracts: [], all: false, inc: undefined }
    wants.set(key, known)
    return known
  }
  for (const op of ops) {
    switch (op.op) {
      case 'add':
        if (op.a.ident !== ':db/ensure') want(entities.final(op.e), op.a).adds.push(entities.value(op.v))
        break
      case 'retract': {
        const w = want(entities.final(op.e), op.a)
        if (op.v === undefined) w.all = true
        else w.retracts.push(entities.value(op.v))
        break
      }
      case 'retractEntity':
        for (const d of takenWith(db, entities.final(op.e)))
          want(d.e, attribute(db, d.a) as ModelAttribute).retracts.push(d.v)
        break
      case 'cas': {
        const e = entities.final(op.e)
        const [now] = db.values(e, op.a.id)
        const old = op.old === undefined ? undefined : entities.value(op.old)
        if (valueKey(now) !== valueKey(old)) throw new Refused('tx', `${op.a.ident} is ${String(now)}`)
        want(e, op.a).adds.push(entities.value(op.v))
        break
      }
      case 'inc': {
        const w = want(entities.final(op.e), op.a)
        w.inc = (w.inc ?? (0 as number)) + op.by
        break
      }
      case 'find':
        if (entityNamed(db, ':m/id') === undefined) throw new Refused('query', 'no :m/id')
        if ((db.owner(named(db, ':m/id').id, op.id) !== undefined) !== op.wanted) throw new Refused('tx', 'found')
    }
  }
  return [...wants.values()]
}

/** All facts about an entity, its components and theirs, and all refs to any of them; composites follow by themselves. */
function takenWith(db: ModelDb, e: number, seen = new Set<number>()): readonly ModelDatom[] {
  if (seen.has(e)) return []
  seen.add(e)
  const own = db.about(e).filter((d) => attribute(db, d.a)?.tupleAttrs === undefined)
  const parts = own.filter((d) => attribute(db, d.a)?.component).flatMap((d) => takenWith(db, d.v as number, seen))
  return [...own, ...db.now.filter((d) => d.v === e && attribute(db, d.a)?.type === 'ref'), ...parts]
}

function decide(db: ModelDb, wants: readonly Want[], tx: number): ModelDatom[] {
  return wants.flatMap((w) => {
    const { e, a } = w
    const before = db.values(e, a.id)
    if (w.inc !== undefined) {
      if (w.adds.length > 0) throw new Refused('tx', 'given and incremented')
      const sum = ((before[0] as number | undefined) ?? 0) + w.inc
      if (a.type === 'long' && !Number.isSafeInteger(sum)) throw new Refused('value', 'beyond the safe integers')
      w.adds.push(sum)
    }
    const adds = w.adds.filter((v, i) => !has(w.adds.slice(0, i), v))
    if (!a.many && adds.length > 1) throw new Refused('tx', 'two values for one')
    const taken = w.all ? [...before, ...w.retracts] : w.retracts
    if (adds.some((v) => has(taken, v))) throw new Refused('tx', 'asserted and retracted')
    const ends = (v: unknown): boolean => has(taken, v) || (!a.many && adds.length > 0)
    const gone = before.filter((v) => !has(adds, v) && ends(v))
    const fresh = adds.filter((v) => !has(before, v))
    return [
      ...gone.map((v) => modelDatom({ e, a: a.id, v, tx, added: false, ...(a.noHistory && { hidden: true }) })),
      ...fresh.map((v) => modelDatom({ e, a: a.id, v, tx, added: true })),
    ]
  })
}

/** Composites follow their members whenever one of these is spoken about, and are nobody else's to say. */
function composites(db: ModelDb, wants: readonly Want[], decided: readonly ModelDatom[], tx: number): ModelDatom[] {
  const after = db.plus(decided)
  const out: ModelDatom[] = []
  for (const t of attributes(db)) {
    const members = t.tupleAttrs
    if (members === undefined) continue
    for (const e of new Set(wants.filter((w) => w.a.id === t.id || members.includes(w.a.id)).map((w) => w.e))) {
      const value = members.map((m) => after.values(e, m)[0] ?? null)
      const wanted = value.every((v) => v === null) ? [] : [value]
      if (wants.some((w) => w.e === e && w.a.id === t.id)) {
        if (valueKey(after.values(e, t.id)) !== valueKey(wanted)) throw new Refused('tx', 'not what its members say')
        continue
      }
      out.push(...decide(db, [{ e, a: t, adds: wanted, retracts: [], all: wanted.length === 0, inc: undefined }], tx))
    }
  }
  return out
}

function checkUnique(db: ModelDb, said: readonly ModelDatom[]): void {
  const owners = new Map<string, number>()
  for (const d of db.plus(said).now) {
    if (attribute(db, d.a)?.unique === undefined) continue
    const key = `${d.a} ${valueKey(d.v)}`
    if ((owners.get(key) ?? d.e) !== d.e) throw new Refused('tx', `${key} belongs to ${owners.get(key)}`)
    owners.set(key, d.e)
  }
}

function checkOwnFacts(db: ModelDb, said: readonly ModelDatom[], tx: number): void {
  const stated = [':tx/id', ':tx/basis', ':tx/replica', ':tx/user', ':tx/deviceInstant'].map((n) => builtin(db, n))
  const ofItself = [':tx/undoes', ':tx/retryOf', ':tx/migration'].map((n) => builtin(db, n))
  for (const d of said) {
    if (stated.includes(d.a) || (ofItself.includes(d.a) && d.e !== tx)) throw new Refused('tx', 'not for you to say')
  }
}

function checkPredicates(db: ModelDb, said: readonly ModelDatom[], env: ModelEnv): void {
  for (const d of said) {
    if (!d.added) continue
    for (const name of attribute(db, d.a)?.preds ?? []) {
      if (env.tests[name]?.(db, d.v) !== true) throw new Refused('tx', `${name} says no`)
    }
  }
}

/** Specs hold from the transaction after the one that says them; what they ask is asked of the database after. */
function checkEnsured(
  db: ModelDb,
  ops: readonly ModelOp[],
  entities: ModelEntities,
  said: readonly ModelDatom[],
  env: ModelEnv,
): void {
  const after = db.plus(said)
  for (const op of ops) {
    if (op.op !== 'add' || op.a.ident !== ':db/ensure') continue
    const [e, spec] = [entities.final(op.e), entities.value(op.v) as number]
    for (const name of db.values(spec, builtin(db, ':db.entity/attrs'))) {
      const a = entityNamed(after, String(name))
      if (a === undefined || after.values(e, a).length === 0) throw new Refused('tx', `lacks ${name}`)
    }
    for (const name of db.values(spec, builtin(db, ':db.entity/preds'))) {
      if (env.tests[String(name)]?.(after, e) !== true) throw new Refused('tx', `${name} says no`)
    }
  }
}

/** The instant of the transaction: asked for, or the clock's, but never before the newest. */
function instant(db: ModelDb, said: readonly ModelDatom[], env: ModelEnv): number {
  const a = builtin(db, ':db/txInstant')
  const newest = Math.max(0, ...db.now.filter((d) => d.a === a).map((d) => (d.v as Date).getTime()))
  const now = Math.max(env.now, newest)
  const about = said.filter((d) => d.a === a)
  if (about.some((d) => d.e !== env.tx)) throw new Refused('tx', 'the past is written')
  const asked = (about[0]?.v as Date | undefined)?.getTime() ?? now
  if (asked < newest || asked > now) throw new Refused('tx', 'before the newest, or in the future')
  return asked
}
