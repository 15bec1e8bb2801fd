import { type AnnalsError, isAnnalsError } from '../../base/errors.ts'
import { type DatabaseCommand, readArguments, type ServeOptions } from './arguments.ts'
import { runCommand } from './commands.ts'
import type { Console } from './console.ts'
import { answerLine, failureLine } from './log-line.ts'
import { openRemote } from './remote.ts'
import { serve } from './serve.ts'

/** Runs the `annals` command. Resolves to its exit code: 0 well, 1 failed, 2 called wrongly. */
export async function run(args: readonly string[], console: Console): Promise<number> {
  const { out, err } = console
  const read = readArguments(args)
  switch (read.kind) {
    case 'help':
      out(read.usage)
      return 0
    case 'wrong':
      err(`annals: ${read.message}\n\n${read.usage}`)
      return 2
    default:
      try {
        await (read.kind === 'serve' ? runServer(read.options, console) : runOn(read, console))
        return 0
      } catch (e) {
        err(`annals: ${messageOf(e)}`)
        return 1
      }
  }
}

async function runServer(options: ServeOptions, { out, err, signal }: Console): Promise<void> {
  const server = await serve(options, {
    failed: (failure) => err(failureLine(failure)),
    answered: (answered) => {
      if (options.log === 'requests') err(answerLine(answered))
    },
  })
  out(`annals is listening on ${server.url}`)
  if (!signal.aborted) {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  }
  await server.stop()
}

async function runOn(command: DatabaseCommand, console: Console): Promise<void> {
  const remote = openRemote(command.place, console.env?.ANNALS_TOKEN, command.kind === 'restore')
  try {
    await runCommand(command, remote, console)
  } catch (e) {
    throw remote.failure() ?? e
  } finally {
    await remote.close()
  }
}

const messageOf = (e: unknown): string =>
  isAnnalsError(e) ? `${e.message}${networkCause(e)} (${e.code})` : e instanceof Error ? e.message : String(e)

/** What `fetch` hides: a refused connection, a certificate that has expired. */
function networkCause({ cause }: AnnalsError): string {
  const hidden = cause instanceof Error ? cause.cause : undefined
  return hidden instanceof Error && hidden.message !== '' ? `: ${hidden.message}` : ''
}
