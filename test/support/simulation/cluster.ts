import { AnnalsError, isAnnalsError } from '../../../src/base/errors.ts'
import { createRuntime } from '../../../src/engine/create-runtime.ts'
import { Transactor } from '../../../src/server/transactor.ts'
import { memoryRemote } from '../../../src/storage/memory-remote.ts'
import type { RemoteCommit } from '../../../src/storage/port.ts'
import { fromCbor, toCbor } from '../../../src/sync/cbor.ts'
import { DEFAULT_LIMITS } from '../../../src/sync/protocol.ts'
import {
  readAdoptAnswer,
  readExciseAnswer,
  readHelloAnswer,
  readPullAnswer,
  readPushAnswer,
  readRegisterAnswer,
} from '../../../src/sync/read-answer.ts'
import { readAdopt, readExcise, readHello, readPush, readRegister } from '../../../src/sync/read-request.ts'
import type { Transport } from '../../../src/sync/transport.ts'
import { FUNCTIONS } from './functions.ts'
import { MortalRemote } from './mortal-remote.ts'
import type { Parts } from './parts.ts'
import { Violation } from './violation.ts'
import type { World } from './world.ts'

/** Small, so that pushes and pulls come in several. */
const LIMITS = { ...DEFAULT_LIMITS, batch: 5, page: 4 }

interface Node {
  readonly transactor: Promise<Transactor>
  readonly remote: MortalRemote
  /** Rejects when the node dies. */
  readonly death: Promise<never>
}

/** A browser profile, as the network sees it. */
export interface Place {
  readonly name: string
  /** Cut off from the network. */
  readonly offline: boolean
}

/** Server nodes over one storage, and the network that leads to them. */
export class Cluster {
  readonly storage = memoryRemote()
  private readonly nodes: Promise<Node>[] = []
  /** Pairs of a place and a node that do not reach each other. */
  private readonly cuts = new Set<string>()
  /** Transactions that were ever pushed, with replica and epoch. */
  private readonly pushed = new Set<string>()
  /** Nodes that run an older version of the application, without its functions. */
  private readonly old = new Set<number>()

  constructor(
    private readonly world: World,
    private readonly parts: Parts,
    private readonly count: number,
  ) {
    for (let i = 0; i < count; i++) this.start(i)
  }

  /** Another part of the nodes is out of reach of `place` from now on. */
  partition(place: Place): void {
    for (let i = 0; i < this.count; i++) {
      if (this.world.chance(0.4)) this.cuts.add(`${place.name} ${i}`)
      else this.cuts.delete(`${place.name} ${i}`)
    }
  }

  /** A node is restarted, with an older or a newer version of the application. */
  async roll(): Promise<void> {
    const i = this.world.below(this.count)
    if (!this.old.delete(i)) this.old.add(i)
    await this.restart(i)
  }

  async heal(): Promise<void> {
    this.cuts.clear()
    const old = [...this.old]
    this.old.clear()
    for (const i of old) await this.restart(i)
  }

  private async restart(i: number): Promise<void> {
    const node = await (this.nodes[i] as Promise<Node>)
    const closed = node.transactor.then((transactor) => transactor.close())
    await Promise.race([closed, node.death]).catch(() => undefined)
    node.remote.die()
  }

  private start(i: number): void {
    const functions = this.old.has(i) ? {} : FUNCTIONS
    const runtime = createRuntime({ functions, now: () => this.world.now + i * 7_000 })
    const options = { database: 'shop', runtime, limits: LIMITS, validate: undefined }
    let die: (error: AnnalsError) => void = () => undefined
    const death = new Promise<never>((_, reject) => {
      die = reject
    })
    death.catch(() => undefined)
    this.nodes[i] = this.storage.open('shop').then((store): Node => {
      const onDeath = (): void => {
        this.start(i)
        die(unreachable())
      }
      const remote = new MortalRemote(store, this.world, onDeath, (change) => this.holdFence(change))
      const onFailure = (e: unknown): void => void (isAnnalsError(e, 'storage/closed') || this.world.fail(e))
      const transactor = Transactor.open(this.parts.remoteStore(remote), options, onFailure)
      // that it cannot be opened is told to who asks it
      transactor.catch(() => undefined)
      return { remote, death, transactor }
    })
  }

  /** The way to the cluster for one replica, as long as it is `up`. */
  transport(place: Place, up: () => boolean): Transport {
    const { world } = this
    const way = new Way(this, world, place, up)
    const send = async <T>(
      message: object,
      serve: (node: Transactor, message: unknown) => Promise<object>,
      read: (x: unknown) => T,
      signal: AbortSignal,
    ): Promise<T> => {
      const bytes = toCbor(message)
      const answer = way.deliver((node) => serve(node, decode(bytes)))
      return read(decode(toCbor(await unlessAborted(answer, signal))))
    }
    return this.parts.transport({
      hello: (m, _fresh, signal) => {
        way.renewToken()
        return send(m, (node, x) => node.hello(readHello(x), '', true), readHelloAnswer, signal)
      },
      register: (m, signal) => send(m, (node, x) => node.register(readRegister(x), ''), readRegisterAnswer, signal),
      push: async (m, signal) => {
        for (const { txid } of m.entries) this.pushed.add(`${txid} ${m.replica} ${m.epoch}`)
        const answer = await send(m, (node, x) => node.push(readPush(x, LIMITS), ''), readPushAnswer, signal)
        if (answer.kind === 'answers' && answer.stopped !== undefined) world.count('function lacking')
        if (answer.kind === 'fork') world.count('fenced off')
        return answer
      },
      pull: ({ from, max, excised }, signal) =>
        send({}, (node) => node.pull(from, max, excised), readPullAnswer, signal),
      adopt: (m, signal) => send(m, (node, x) => node.adopt(readAdopt(x)), readAdoptAnswer, signal),
      excise: (m, signal) => {
        way.renewToken()
        return send(m, (node, x) => node.excise(readExcise(x, LIMITS), ''), readExciseAnswer, signal)
      },
      follow: (_from, poke, signal) => way.follow(poke, signal),
    })
  }

  /** What is decided was pushed in the epoch that is current. */
  private holdFence({ replicas = [], outcomes = [] }: RemoteCommit): void {
    const epochs = new Map(replicas.map(({ replica, epoch }) => [replica, epoch]))
    for (const { txid, replica } of outcomes) {
      const epoch = epochs.get(replica)
      if (epoch === undefined || this.pushed.has(`${txid} ${replica} ${epoch}`)) continue
      this.world.fail(new Violation('old epochs are fenced off', `${txid} was decided in epoch ${epoch}`))
    }
  }

  /** A node by chance. Throws when `place` does not reach it. */
  async node(place: Place): Promise<Node> {
    const i = this.world.below(this.count)
    if (this.cuts.has(`${place.name} ${i}`)) {
      this.world.count('partition')
      throw unreachable()
    }
    return this.nodes[i] as Promise<Node>
  }
}

const decode = (bytes: Uint8Array): unknown => fromCbor(bytes, { maxBytes: 1e8, maxDepth: 80 })

/** The way of one replica's messages. */
class Way {
  /** When the token expires, ms since 1970. */
  private token = 0
  private sent = 0
  private arrived = 0

  constructor(
    private readonly cluster: Cluster,
    private readonly world: World,
    private readonly place: Place,
    private readonly up: () => boolean,
  ) {}

  renewToken(): void {
    const life = this.world.healed ? Number.POSITIVE_INFINITY : 1000 + this.world.below(60_000)
    this.token = this.world.strikes('refused token') ? 0 : this.world.now + life
  }

  async deliver(serve: (node: Transactor) => Promise<object>): Promise<object> {
    const { world } = this
    if (this.isDown()) throw unreachable()
    const turn = ++this.sent
    // what is sent arrives, whatever becomes of the sender
    await world.pause(this.delay())
    if (world.strikes('lost request')) throw unreachable()
    const node = await this.cluster.node(this.place)
    if (world.strikes('duplicate')) world.after(this.delay(), () => void this.repeat(turn, serve))
    const answer = await this.arrive(turn, node, serve)
    await world.pause(this.delay())
    if (this.isDown() || node.remote.dead || world.strikes('lost answer')) throw unreachable()
    return answer
  }

  async follow(poke: (t: number) => void, signal: AbortSignal): Promise<void> {
    const { world } = this
    await unlessAborted(world.pause(this.delay()), signal)
    if (this.isDown()) throw unreachable()
    const { remote, transactor } = await this.cluster.node(this.place)
    const node = await transactor
    let broken = (): void => undefined
    const pass = (t: number): void => {
      if (this.isDown() || remote.dead) broken()
      else if (!world.strikes('lost request')) world.after(this.delay(), () => poke(t))
    }
    const stop = node.onHead(pass)
    pass(node.t)
    const ends = new Promise<void>((_resolve, reject) => {
      broken = () => reject(unreachable())
    })
    // what a heartbeat would find out
    const beat = (): void => {
      if (signal.aborted) return
      if (this.isDown() || remote.dead) broken()
      else {
        pass(node.t)
        world.after(10_000, beat)
      }
    }
    beat()
    await unlessAborted(ends, signal).finally(stop)
  }

  private isDown(): boolean {
    return this.place.offline || !this.up()
  }

  private delay(): number {
    const { world } = this
    return 5 + world.below(40) + (world.strikes('long delay') ? world.below(20_000) : 0)
  }

  /** A request that the network delivers once more, to whichever node. */
  private async repeat(turn: number, serve: (node: Transactor) => Promise<object>): Promise<void> {
    const again = this.cluster.node(this.place).then((node) => this.arrive(turn, node, serve))
    await again.catch(() => undefined)
  }

  private async arrive(turn: number, node: Node, serve: (node: Transactor) => Promise<object>): Promise<object> {
    if (turn < this.arrived) this.world.count('reordered')
    this.arrived = Math.max(turn, this.arrived)
    if (this.world.now > this.token) {
      this.world.count('token expired')
      throw new AnnalsError('sync/unauthorized', 'the token has expired', { status: 401 })
    }
    const served = node.transactor.then(serve).catch((e: unknown) => {
      if (isAnnalsError(e) && e.code.startsWith('storage/')) throw unreachable()
      const isAnswer = isAnnalsError(e) && (e.code.startsWith('sync/') || e.code === 'backup/does-not-follow')
      if (!isAnswer) this.world.fail(new Violation('no failure', String(e)))
      throw e
    })
    return Promise.race([served, node.death])
  }
}

const unreachable = (): AnnalsError => new AnnalsError('sync/unreachable', 'the network is down', {})

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(unreachable())
    signal.addEventListener('abort', leave, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
