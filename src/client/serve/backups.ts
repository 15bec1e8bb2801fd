import type { RestoreReport } from '../../api/backup.ts'
import { chunksOf } from '../../base/byte-stream.ts'
import { AnnalsError } from '../../base/errors.ts'
import type { EngineConnection } from '../../engine/connection.ts'

interface Export {
  readonly connection: EngineConnection
  readonly pieces: AsyncGenerator<Uint8Array>
}

interface Restoring {
  readonly writer: WritableStreamDefaultWriter<Uint8Array>
  readonly report: Promise<RestoreReport>
}

/** Backups that a page is reading or writing, a piece at a time. */
export class Backups {
  readonly #exports = new Map<number, Export>()
  readonly #restores = new Map<number, Restoring>()
  #last = 0

  beginExport(connection: EngineConnection, stream: ReadableStream<Uint8Array>): number {
    this.#exports.set(++this.#last, { connection, pieces: chunksOf(stream) })
    return this.#last
  }

  /** undefined at the end. Rejects when it was broken off: half a backup must not be taken for the whole. */
  async nextPiece(ticket: number): Promise<Uint8Array | undefined> {
    const { pieces } = this.#exports.get(ticket) ?? ended(ticket)
    const { done, value } = await pieces.next()
    return done ? undefined : value
  }

  async endExport(ticket: number): Promise<void> {
    const { pieces } = this.#exports.get(ticket) ?? {}
    this.#exports.delete(ticket)
    await pieces?.return(undefined)
  }

  /** Nobody will ask for the rest of its backups. */
  async leave(connection: EngineConnection): Promise<void> {
    const left = [...this.#exports].filter(([, e]) => e.connection === connection)
    await Promise.all(left.map(([ticket]) => this.endExport(ticket)))
  }

  beginRestore(restore: (bytes: ReadableStream<Uint8Array>) => Promise<RestoreReport>): number {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const report = restore(readable)
    report.catch(() => undefined) // the page is told when it sends more, or has sent all
    this.#restores.set(++this.#last, { writer: writable.getWriter(), report })
    return this.#last
  }

  /** Resolves when more is wanted. Rejects with why nothing more is. */
  async put(ticket: number, bytes: Uint8Array): Promise<void> {
    const { writer, report } = this.#restoring(ticket)
    // whoever has read to the end of the backup, or found it damaged, reads no more
    await Promise.race([writer.write(bytes).catch(() => report), report])
  }

  /** `isCut`: the page has no more, though there should be. */
  async endRestore(ticket: number, isCut: boolean): Promise<RestoreReport> {
    const { writer, report } = this.#restoring(ticket)
    this.#restores.delete(ticket)
    const end = isCut ? writer.abort(cutOff()) : writer.close()
    end.catch(() => undefined) // the report says why
    return report
  }

  #restoring(ticket: number): Restoring {
    return this.#restores.get(ticket) ?? ended(ticket)
  }
}

function ended(ticket: number): never {
  const message = 'this backup has ended, or its connection was closed'
  throw new AnnalsError('client/unknown-handle', message, { ticket })
}

const cutOff = (): AnnalsError => new AnnalsError('backup/truncated', 'the backup could not be read to its end')
