import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { Place } from './place.ts'
import { readPlace } from './place.ts'
import { COMMAND_USAGE, type CommandName, USAGE } from './usage.ts'

export interface ServeOptions {
  readonly storage: string
  readonly port: number
  readonly host: string
  readonly origins: readonly string[] | undefined
  /** Names that it goes by, besides those of this machine. */
  readonly hosts: readonly string[]
  readonly static: string | undefined
  readonly log: 'errors' | 'requests'
  /** Whether queries within transactions may match patterns. */
  readonly patterns: boolean
}

/** A command on one database, with what it takes: absent is undefined. */
export type DatabaseCommand =
  | {
      readonly kind: 'log'
      readonly place: Place
      readonly from: number
      readonly to: number | undefined
      readonly json: boolean
    }
  | { readonly kind: 'refusals'; readonly place: Place; readonly json: boolean }
  | {
      readonly kind: 'diff'
      readonly place: Place
      readonly from: number
      readonly to: number | undefined
      readonly json: boolean
    }
  | {
      readonly kind: 'undo'
      readonly place: Place
      readonly target: number | string
      readonly dryRun: boolean
      readonly strict: boolean
    }
  | { readonly kind: 'export'; readonly place: Place; readonly since: number; readonly out: string | undefined }
  | { readonly kind: 'restore'; readonly place: Place; readonly in: string | undefined }
  | {
      readonly kind: 'query'
      readonly place: Place
      readonly query: string
      readonly inputs: readonly unknown[]
      readonly asOf: number | undefined
      readonly since: number | undefined
      readonly history: boolean
    }
  | { readonly kind: 'stats'; readonly place: Place }

export type Arguments =
  | { readonly kind: 'serve'; readonly options: ServeOptions }
  | DatabaseCommand
  | { readonly kind: 'help'; readonly usage: string }
  | { readonly kind: 'wrong'; readonly message: string; readonly usage: string }

const STORAGE = /^(sqlite:.+|postgres(ql)?:\/\/.+|(mysql|mariadb):\/\/.+|memory:)$/

type Options = NonNullable<ParseArgsConfig['options']>
const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const OPTIONS = {
  serve: {
    storage: { type: 'string', default: 'sqlite:annals.db' },
    port: { type: 'string', default: '8080' },
    host: { type: 'string', default: '127.0.0.1' },
    origin: { type: 'string', multiple: true },
    'allow-host': { type: 'string', multiple: true },
    static: text,
    log: { type: 'string', default: 'errors' },
    patterns: flag,
  },
  log: { database: text, from: text, to: text, rejected: flag, json: flag },
  diff: { database: text, from: text, to: text, json: flag },
  undo: { database: text, 'dry-run': flag, strict: flag },
  export: { database: text, since: text, out: text },
  restore: { database: text, in: text },
  query: { database: text, input: { type: 'string', multiple: true }, 'as-of': text, since: text, history: flag },
  stats: { database: text },
} as const satisfies Record<CommandName, Options>

/** What was asked for on the command line. */
export function readArguments(args: readonly string[]): Arguments {
  const [name, ...rest] = args
  if (name === '--help' || name === '-h') return { kind: 'help', usage: USAGE }
  const wrong = (message: string, usage: string = USAGE): Arguments => ({ kind: 'wrong', message, usage })
  if (name === undefined) return wrong('a command is missing')
  if (!Object.hasOwn(COMMAND_USAGE, name)) return wrong(`there is no command ${name}`)
  const command = name as CommandName
  try {
    return readCommand(command, rest)
  } catch (e) {
    return wrong(e instanceof Error ? e.message : String(e), COMMAND_USAGE[command])
  }
}

function readCommand(command: CommandName, args: readonly string[]): Arguments {
  const options: Options = { ...OPTIONS[command], help: { type: 'boolean', short: 'h' } }
  const parsed = parseArgs({ args: [...args], allowPositionals: true, options })
  const { positionals } = parsed
  const values = parsed.values as Readonly<Record<string, string | boolean | string[] | undefined>>
  const textOf = (name: string): string | undefined => values[name] as string | undefined
  const flagOf = (name: string): boolean => values[name] === true
  const listOf = (name: string): string[] => (values[name] as string[] | undefined) ?? []
  const countOf = (name: string): number | undefined => readCount(`--${name}`, textOf(name))
  if (flagOf('help')) return { kind: 'help', usage: COMMAND_USAGE[command] }
  if (command === 'serve') return readServe(positionals, textOf, listOf, flagOf('patterns'))

  const takes = command === 'undo' || command === 'query' ? 2 : 1
  const [where, what] = positionals
  if (where === undefined) throw new Error(`${command} wants a place`)
  if (positionals.length < takes) throw new Error(command === 'undo' ? 'which transaction?' : 'which query?')
  if (positionals.length > takes) throw new Error(`${command} takes no ${positionals[takes]}`)
  const place = readPlace(where, textOf('database'))
  switch (command) {
    case 'log':
      if (flagOf('rejected')) {
        if (textOf('from') ?? textOf('to'))
          throw new Error('what was rejected has no t: --rejected takes no --from and --to')
        return { kind: 'refusals', place, json: flagOf('json') }
      }
      return { kind: 'log', place, from: countOf('from') ?? 1, to: countOf('to'), json: flagOf('json') }
    case 'diff': {
      const from = countOf('from')
      if (from === undefined) throw new Error('diff wants --from')
      return { kind: 'diff', place, from, to: countOf('to'), json: flagOf('json') }
    }
    case 'undo': {
      const target = /^\d+$/.test(what as string) ? Number(what) : (what as string)
      return { kind: 'undo', place, target, dryRun: flagOf('dry-run'), strict: flagOf('strict') }
    }
    case 'export':
      return { kind: 'export', place, since: countOf('since') ?? 0, out: textOf('out') }
    case 'restore':
      return { kind: 'restore', place, in: textOf('in') }
    case 'query': {
      const times = { asOf: countOf('as-of'), since: countOf('since'), history: flagOf('history') }
      return { kind: 'query', place, query: what as string, inputs: listOf('input').map(readInput), ...times }
    }
    case 'stats':
      return { kind: 'stats', place }
  }
}

function readServe(
  [extra]: readonly string[],
  textOf: (name: string) => string | undefined,
  listOf: (name: string) => readonly string[],
  patterns: boolean,
): Arguments {
  if (extra !== undefined) throw new Error(`serve takes no ${extra}`)
  const [storage, port, host, log] = ['storage', 'port', 'host', 'log'].map((name) => textOf(name) as string) as [
    string,
    string,
    string,
    string,
  ]
  const number = /^\d{1,5}$/.test(port) ? Number(port) : Number.NaN
  if (!(number <= 65_535)) throw new Error(`a port is a number from 0 to 65535, got ${port}`)
  if (!STORAGE.test(storage)) throw new Error(`${storage} is no storage`)
  if (log !== 'errors' && log !== 'requests') throw new Error(`--log is errors or requests, got ${log}`)
  const origins = listOf('origin')
  const bad = origins.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin)
  if (bad !== undefined) throw new Error(`an origin is like https://shop.example, got ${bad}`)
  const served = { storage, port: number, host, hosts: listOf('allow-host'), static: textOf('static') }
  return { kind: 'serve', options: { ...served, origins: origins.length === 0 ? undefined : origins, log, patterns } }
}

function readCount(name: string, said: string | undefined): number | undefined {
  if (said === undefined) return undefined
  if (/^\d{1,9}$/.test(said)) return Number(said)
  throw new Error(`${name} is a t, a whole number; got ${said}`)
}

function readInput(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new Error(`an input is JSON (a text in double quotes), got ${json}`)
  }
}
