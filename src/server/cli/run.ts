import { isAnnalsError } from '../../base/errors.ts'
import { readArguments, USAGE } from './arguments.ts'
import { logLine } from './log-line.ts'
import { serve } from './serve.ts'

/** What the command may do to the world around it. */
export interface Console {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
  /** Aborts when the command is to end in good order. */
  readonly signal: AbortSignal
}

/** Runs the `annals` command. Resolves to its exit code: 0 well, 1 failed, 2 called wrongly. */
export async function run(args: readonly string[], { out, err, signal }: Console): Promise<number> {
  const read = readArguments(args)
  switch (read.kind) {
    case 'help':
      out(USAGE)
      return 0
    case 'wrong':
      err(`annals: ${read.message}\n\n${USAGE}`)
      return 2
    case 'serve':
      try {
        const server = await serve(read.options, (entry) => err(logLine(entry)))
        out(`annals is listening on ${server.url}`)
        if (!signal.aborted) {
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
        }
        await server.stop()
        return 0
      } catch (e) {
        err(`annals: ${isAnnalsError(e) || e instanceof Error ? e.message : String(e)}`)
        return 1
      }
  }
}
