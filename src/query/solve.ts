import { isAnnalsError } from '../base/errors.ts'
import type { Edn } from '../datom/atoms.ts'
import { bindCall, filterRows } from './apply-call.ts'
import { runAttributeCall } from './attribute-call.ts'
import { type Choice, chooseStep } from './choose-step.ts'
import { Dependencies } from './dependencies.ts'
import { estimate, partnerOf, type Situation } from './estimate.ts'
import type { Flow } from './flow.ts'
import { joinRelations, sharedSlots } from './join-relations.ts'
import { noteDependencies } from './pattern-shape.ts'
import { pushedInto } from './pushdown.ts'
import { distinctRows, dropColumns, emptyRelation, type Relation, UNIT } from './relation.ts'
import type { Run } from './run.ts'
import { runNot } from './run-not.ts'
import { runOr } from './run-or.ts'
import { joinPattern, scanPattern } from './run-pattern.ts'
import type { CallStep, PatternStep, Step } from './step.ts'

/**
 * Finds the rows that satisfy all `steps` and agree with the rows of `seeds`, as columns of the slots in `keep` that are not
 * constants. Rows may be equal unless the relation says that they are distinct. `key`: a slot of the seeds that settles all
 * their others.
 */
export function* solve(
  run: Run,
  steps: readonly Step[],
  seeds: readonly Relation[],
  keep: readonly number[],
  key?: number,
): Flow<Relation> {
  const solver = new Solver(run, steps, seeds, keep)
  if (key !== undefined) solver.settledBy(key, seeds)
  while (solver.isOpen()) {
    yield* solver.advance()
    const pause = run.limits.pause()
    if (pause !== undefined) yield pause
  }
  return solver.result()
}

/** What errors name where only inputs have been joined yet. */
const INPUTS: Edn = { $kw: ':in' }

class Solver {
  readonly #left: Step[]
  /** Calls that failed on a row which the other steps may yet remove. */
  readonly #deferred: CallStep[] = []
  #relations: Relation[] = []
  /** Seeds that are still to be added. */
  readonly #seeds: Relation[]
  readonly #dependencies = new Dependencies()
  #isEmpty = false
  /** The clause that ran last: what errors name when its rows meet those that share no variable with them. */
  #last = INPUTS

  constructor(
    private readonly run: Run,
    steps: readonly Step[],
    seeds: readonly Relation[],
    private readonly keep: readonly number[],
  ) {
    this.#left = [...steps]
    this.#seeds = [...seeds]
    for (let seed = this.#seeds.shift(); seed !== undefined; seed = this.#seeds.shift()) this.#add(seed, INPUTS)
  }

  settledBy(key: number, seeds: readonly Relation[]): void {
    for (const seed of seeds) for (const slot of seed.slots) if (slot !== key) this.#dependencies.add([key], slot)
  }

  isOpen(): boolean {
    return !this.#isEmpty && this.#left.length + this.#deferred.length > 0
  }

  /** Runs the next step. */
  *advance(): Flow<void> {
    const { run } = this
    const choice = this.#choose()
    const { step } = choice
    const expected = run.trace === undefined ? undefined : (choice.estimate ?? estimate(this.#situation, step))
    run.limits.checkTime(step.form)
    this.#last = step.form
    run.trace?.start()
    this.#consume(step)
    const made = yield* this.#runStep(step)
    run.trace?.end(step, expected, made?.length ?? 0)
    if (made !== undefined) this.#add(made, step.form)
  }

  get #situation(): Situation {
    return { run: this.run, relations: this.#relations, left: this.#left }
  }

  #choose(): Choice {
    const choice = chooseStep(this.#situation, (slot) => this.#has(slot))
    if (choice !== undefined) return choice
    // nothing else can run: a call that was put off has to show whether its row is really there
    const step = this.#deferred.shift() as CallStep
    this.#left.push(step)
    this.#isLast = true
    return { step, estimate: undefined }
  }
  #isLast = false

  #has(slot: number): boolean {
    return this.run.constants[slot] !== undefined || this.#relations.some((r) => r.slots.includes(slot))
  }

  #consume(step: Step): void {
    this.#left.splice(this.#left.indexOf(step), 1)
  }

  /**
   * Whether anything still asks for a slot: a step, the result, or a relation to be joined with. Made for whoever wants to know: in
   * a field it survives the young generation, and collecting it costs as much as a small query.
   */
  get #wanted(): (slot: number) => boolean {
    return (slot) => {
      const asks = (x: { readonly slots: readonly number[] }): boolean => x.slots.includes(slot)
      const asking = [this.#relations, this.#left, this.#deferred, this.#seeds]
      return this.keep.includes(slot) || asking.some((all) => all.some(asks))
    }
  }

  /** Takes the relations out that share a slot with `slots`. */
  #take(slots: readonly number[]): Relation[] {
    const taken = this.#relations.filter((r) => r.slots.some((slot) => slots.includes(slot)))
    this.#relations = this.#relations.filter((r) => !taken.includes(r))
    return taken
  }

  /** The one relation that has all of `slots`, joined for it if need be; the unit relation when all are constant. */
  #takeTogether(slots: readonly number[], form: Edn): Relation {
    const [first, ...rest] = this.#take(slots)
    if (first === undefined) return UNIT
    return rest.reduce((a, b) => joinRelations(this.run, a, b, () => true, form), first)
  }

  /** Adds what a step made, joined with what it shares variables with. */
  #add(made: Relation, form: Edn): void {
    let r = made
    for (let i = 0; i < this.#relations.length; ) {
      const other = this.#relations[i] as Relation
      if (sharedSlots(r, other).length === 0) {
        i++
        continue
      }
      this.#relations.splice(i, 1)
      r = joinRelations(this.run, r, distinctRows(other, this.run.codes), this.#wanted, form)
      i = 0
    }
    if (r.length === 0) this.#isEmpty = true
    if (r.slots.length > 0) this.#relations.push(this.#withoutUnwanted(r))
  }

  #withoutUnwanted(r: Relation): Relation {
    if (r.slots.every(this.#wanted)) return r
    const kept = r.slots.filter(this.#wanted)
    const dropped = r.slots.filter((slot) => !kept.includes(slot))
    return dropColumns(r, kept, r.distinct && (r.length <= 1 || this.#dependencies.settles(kept, dropped)))
  }

  *#runStep(step: Step): Flow<Relation | undefined> {
    const { run } = this
    switch (step.kind) {
      case 'pattern':
        return yield* this.#runPattern(step)
      case 'tuples':
        return yield* run.tuples(run, step)
      case 'call':
        return this.#runCall(step)
      case 'attribute':
        return yield* runAttributeCall(run, step, this.#takeTogether(step.needs, step.form), this.#wanted)
      case 'not':
        return yield* runNot(run, step, this.#takeTogether(step.needs, step.form))
      case 'or': {
        const seeds = this.#take(step.slots)
        const slots = new Set([...seeds.flatMap((r) => r.slots), ...step.slots])
        const keep = Array.from(slots).filter((slot) => this.#wanted(slot) && run.constants[slot] === undefined)
        return yield* runOr(run, step, seeds, keep)
      }
      case 'rule':
        return yield* run.callRule(
          run,
          step,
          this.#takeTogether(this.#ruleSlots(step.args, step.needs), step.form),
          this.#wanted,
        )
      case 'subquery':
        return yield* run.callSubquery(run, step, this.#takeTogether(step.needs, step.form), this.#wanted)
    }
  }

  /** The arguments that a rule is called with: those that it needs and those in the same relation, or in the smallest. */
  #ruleSlots(args: readonly number[], needs: readonly number[]): readonly number[] {
    const needed = needs.filter((slot) => this.run.constants[slot] === undefined)
    if (needed.length > 0) return needed
    let best: Relation | undefined
    for (const r of this.#relations) {
      if (args.some((slot) => r.slots.includes(slot)) && (best === undefined || r.length < best.length)) best = r
    }
    return best === undefined ? [] : best.slots
  }

  *#runPattern(step: PatternStep): Flow<Relation> {
    const { run } = this
    noteDependencies(run, step, this.#dependencies)
    const partner = partnerOf(this.#situation, step)
    if (partner !== undefined) this.#relations.splice(this.#relations.indexOf(partner), 1)
    const pushed = pushedInto(run, this.#left, step, partner)
    for (const p of pushed) if (p.isTotal) this.#consume(p.step)
    let made: Relation
    if (partner === undefined) made = yield* scanPattern(run, step, this.#wanted, pushed)
    else {
      // what is left of rows after columns were dropped would multiply
      const r = distinctRows(partner, run.codes)
      made = yield* joinPattern(run, step, r, this.#wanted, pushed, this.#dependencies)
    }
    for (const p of pushed) if (!p.isTotal && !p.failed) this.#consume(p.step)
    return made
  }

  #runCall(step: CallStep): Relation | undefined {
    const { run } = this
    const taken = this.#takeTogether(step.needs, step.form)
    try {
      if (step.binding === undefined) return filterRows(run, step, taken)
      if (step.binding.kind !== 'slot') return bindCall(run, step, taken, this.#wanted)
      if (step.binding.slot !== -1) this.#dependencies.add(step.needs, step.binding.slot)
      // what nobody asks for any more is dropped where it is known what settles it
      return bindCall(run, step, taken, () => true)
    } catch (e) {
      if (this.#isLast || this.#left.length === 0 || !isAnnalsError(e, 'query/bad-argument')) throw e
      if (taken !== UNIT) this.#relations.push(taken)
      this.#deferred.push(step)
      return undefined
    }
  }

  result(): Relation {
    const keep = this.keep.filter((slot) => this.run.constants[slot] === undefined)
    if (this.#isEmpty) return emptyRelation(keep)
    const parts = this.#relations.filter((r) => r.slots.some((slot) => keep.includes(slot)))
    const [first, ...rest] = parts
    if (first === undefined) return UNIT
    return rest.reduce((a, b) => joinRelations(this.run, a, b, () => true, this.#last), first)
  }
}
