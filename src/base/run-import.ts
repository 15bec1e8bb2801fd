import type { ImportOptions, ImportProgress, ImportSource, ImportStep } from '../api/import.ts'
import { checkOptions, FUNCTION, SIGNAL } from './check-options.ts'
import { AnnalsError, isAnnalsError } from './errors.ts'
import { ImportChunk, STEP } from './import-chunk.ts'

type Send = (elements: readonly unknown[]) => Promise<ImportStep>

/**
 * Reads `source` to its end and sends it a chunk at a time: the next one is gathered while one is under way, and no more. Rejects
 * with what the element at fault says, `import/source-failed` or `import/aborted`; `data.imported` tells what is there by then.
 */
export async function runImport(
  source: ImportSource,
  send: Send,
  options: ImportOptions = {},
): Promise<ImportProgress> {
  checkOptions('import', options, { onProgress: FUNCTION, signal: SIGNAL })
  return new Import(send, options).run(source)
}

class Import {
  #done: ImportProgress = { elements: 0, transactions: 0, datoms: 0 }
  /** Resolves when nothing is under way any more; with what went wrong, if anything did. */
  #sending: Promise<AnnalsError | undefined> = Promise.resolve(undefined)

  constructor(
    private readonly send: Send,
    private readonly options: ImportOptions,
  ) {}

  async run(source: ImportSource): Promise<ImportProgress> {
    const elements = new Elements(source, this.options.signal)
    try {
      for (let chunk = await this.#gather(elements); chunk.length > 0; chunk = await this.#gather(elements)) {
        await this.#settle()
        this.#sending = this.#step(chunk)
      }
      await this.#settle()
      return this.#done
    } finally {
      elements.close()
    }
  }

  /** The next elements; none at the end. */
  async #gather(elements: Elements): Promise<readonly unknown[]> {
    const chunk = new ImportChunk(STEP)
    try {
      while (!chunk.isFull) {
        const next = elements.next()
        const { done, value } = next instanceof Promise ? await next : next
        if (done) break
        chunk.add(value)
      }
    } catch (cause) {
      await this.#settle()
      throw this.#stopped(cause)
    }
    return chunk.elements
  }

  /** Waits for what is under way. Throws what went wrong. */
  async #settle(): Promise<void> {
    const error = await this.#sending
    if (error !== undefined) throw error
    if (this.options.signal?.aborted) throw this.#stopped(this.options.signal.reason)
  }

  async #step(chunk: readonly unknown[]): Promise<AnnalsError | undefined> {
    const done = this.#done
    try {
      const { elements, transactions, datoms, failed } = await this.send(chunk)
      this.#done = {
        elements: done.elements + elements,
        transactions: done.transactions + transactions,
        datoms: done.datoms + datoms,
      }
      if (elements > 0) this.options.onProgress?.(this.#done)
      return failed && this.#failure(failed.error, done.elements + failed.element)
    } catch (error) {
      return this.#failure(error) // the worker died, the connection was closed, or the listener threw
    }
  }

  #failure(error: unknown, element?: number): AnnalsError {
    const { code, message, data } = isAnnalsError(error)
      ? error
      : { code: 'internal/unexpected' as const, message: String(error), data: {} }
    const where = element === undefined ? 'the import stopped' : `element ${element} of the import`
    const facts = { ...data, ...(element !== undefined && { element }), imported: this.#done }
    return new AnnalsError(code, `${where}: ${message}`, facts, { cause: error })
  }

  /** Why nothing more was read. */
  #stopped(cause: unknown): AnnalsError {
    const done = this.#done
    const facts = { imported: done }
    return this.options.signal?.aborted
      ? new AnnalsError('import/aborted', `the import was aborted after ${done.elements} elements`, facts, { cause })
      : new AnnalsError('import/source-failed', `the import's source failed: ${String(cause)}`, facts, { cause })
  }
}

/** What a source gives, one after the other, until it ends or nobody wants it any more. */
class Elements {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>
  #stop: (() => void) | undefined
  readonly #onAbort = (): void => this.#stop?.()
  #ended = false

  constructor(
    source: ImportSource,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.#iterator = iteratorOf(source)
    signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Throws when the source fails, or the signal is aborted. */
  next(): IteratorResult<unknown> | Promise<IteratorResult<unknown>> {
    this.signal?.throwIfAborted()
    const next = this.#iterator.next()
    // not `instanceof Promise`: that of another realm (a test runner's, say) is a promise too
    return 'then' in next ? this.#whenThere(next) : this.#seen(next)
  }

  /** Tells the source that nothing more is wanted of it, unless it has ended. */
  close(): void {
    this.signal?.removeEventListener('abort', this.#onAbort)
    if (this.#ended) return
    const closing = this.#iterator.return?.()
    Promise.resolve(closing).catch(() => undefined) // why it was stopped is what is told
  }

  async #whenThere(next: Promise<IteratorResult<unknown>>): Promise<IteratorResult<unknown>> {
    if (this.signal === undefined) return this.#seen(await next)
    const aborted = new Promise<never>((_, reject) => {
      this.#stop = () => reject(this.signal?.reason)
    })
    return this.#seen(await Promise.race([next, aborted]))
  }

  #seen(next: IteratorResult<unknown>): IteratorResult<unknown> {
    this.#ended = next.done === true
    return next
  }
}

function iteratorOf(source: ImportSource): Iterator<unknown> | AsyncIterator<unknown> {
  if (typeof source === 'object' && source !== null) {
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]()
    if (Symbol.iterator in source) return source[Symbol.iterator]()
  }
  throw new AnnalsError(
    'tx/malformed',
    'an import reads elements one after the other: give it an array, a generator, or anything that can be iterated',
  )
}
