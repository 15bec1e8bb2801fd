import { parseArgs } from 'node:util'

export const USAGE = `usage: annals serve [options]

Serves remote logs for sync at /sync/<database>, and, if asked, a folder of files beside them.

  --storage <where>   sqlite:<path> (default sqlite:annals.db), postgres://…, mysql://…, or memory:
  --port <number>     default 8080; 0 picks a free one
  --host <address>    default 127.0.0.1: whoever can reach the port can read and write every database
  --static <folder>   serves its files; paths without an extension get its index.html
  --help`

export interface ServeOptions {
  readonly storage: string
  readonly port: number
  readonly host: string
  readonly static: string | undefined
}

export type Arguments =
  | { readonly kind: 'serve'; readonly options: ServeOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string }

const STORAGE = /^(sqlite:.+|postgres(ql)?:\/\/.+|mysql:\/\/.+|memory:)$/

export function readArguments(args: readonly string[]): Arguments {
  const wrong = (message: string): Arguments => ({ kind: 'wrong', message })
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        storage: { type: 'string', default: 'sqlite:annals.db' },
        port: { type: 'string', default: '8080' },
        host: { type: 'string', default: '127.0.0.1' },
        static: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) return { kind: 'help' }
    const [command, extra] = positionals
    if (command === undefined) return wrong('a command is missing')
    if (command !== 'serve') return wrong(`there is no command ${command}`)
    if (extra !== undefined) return wrong(`serve takes no ${extra}`)
    const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Number.NaN
    if (!(port <= 65_535)) return wrong(`a port is a number from 0 to 65535, got ${values.port}`)
    if (!STORAGE.test(values.storage)) return wrong(`${values.storage} is no storage`)
    return { kind: 'serve', options: { storage: values.storage, port, host: values.host, static: values.static } }
  } catch (e) {
    return wrong(e instanceof Error ? e.message : String(e))
  }
}
