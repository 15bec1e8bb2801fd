/**
 * The few globals that browsers, workers and every server runtime share, and all that the engine may use of them.
 * tsconfig.core.json checks the engine against this list instead of the DOM's or Node's.
 */
interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean; signal?: AbortSignal }): void
  removeEventListener(type: 'abort', listener: () => void): void
}
declare const AbortSignal: { timeout(ms: number): AbortSignal; any(signals: Iterable<AbortSignal>): AbortSignal }
declare class AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
  encodeInto(text: string, target: Uint8Array): { read: number; written: number }
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: Uint8Array | ArrayBuffer, options?: { stream?: boolean }): string
}

interface ReadableStreamReader<T> {
  read(): Promise<{ done: false; value: T } | { done: true; value: undefined }>
  cancel(reason?: unknown): Promise<void>
  releaseLock(): void
}
interface ReadableStream<T = unknown> {
  getReader(): ReadableStreamReader<T>
  cancel(reason?: unknown): Promise<void>
}
interface ReadableStreamController<T> {
  readonly desiredSize: number | null
  enqueue(chunk: T): void
  close(): void
  error(reason?: unknown): void
}
declare const ReadableStream: new <T>(source?: {
  start?(controller: ReadableStreamController<T>): void | Promise<void>
  pull?(controller: ReadableStreamController<T>): void | Promise<void>
  cancel?(reason?: unknown): void | Promise<void>
}) => ReadableStream<T>

declare class URL {
  constructor(url: string, base?: string)
  readonly href: string
  static canParse(url: string, base?: string): boolean
}

declare const crypto: {
  randomUUID(): `${string}-${string}-${string}-${string}-${string}`
  getRandomValues<T extends Uint8Array | Uint32Array>(bytes: T): T
  readonly subtle: { digest(algorithm: 'SHA-256', bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> }
}
declare const performance: { now(): number }
declare const console: Record<'debug' | 'info' | 'warn' | 'error', (...parts: unknown[]) => void>

declare const timer: unique symbol
type Timer = number & { readonly [timer]: true }
declare function setTimeout(run: () => void, ms?: number): Timer
declare function clearTimeout(timer: Timer | undefined): void
declare function setInterval(run: () => void, ms?: number): Timer
declare function clearInterval(timer: Timer | undefined): void
declare function queueMicrotask(run: () => void): void
declare function structuredClone<T>(value: T): T
