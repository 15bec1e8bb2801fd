import type { Endpoint } from 'comlink'

/** What is known here of Comlink's messages: calls and answers carry an id, and calls alone an `argumentList`. */
interface Message {
  readonly id: string
  readonly argumentList?: readonly unknown[]
}

interface Posted {
  readonly message: Message
  readonly transfer: readonly Transferable[]
}

/** The value of an answer that stands for a call, or for an answer, which structured clone refused. */
export interface Refused {
  readonly refused: string
}

/** Microtasks by which an answer may follow the event that goes before it, and the next call the answer. */
const LATER = 8

/**
 * `endpoint`, but all that is posted within a turn crosses as one message, in the order of posting: a thousand calls wake the
 * other side once, and so do a thousand answers. One of them that cannot cross is {@link Refused}, and keeps no other back.
 * Both ends must be gathered.
 */
export function gathered(endpoint: Endpoint): Endpoint {
  const listeners = new Set<(event: MessageEvent) => void>()
  const waiting: Posted[] = []

  const hear = (data: Message): void => {
    for (const listener of listeners) listener({ data } as MessageEvent)
  }
  const send = (posted: readonly Posted[]): void => {
    const messages = posted.map(({ message }) => message)
    const transfers = posted.flatMap(({ transfer }) => transfer)
    try {
      endpoint.postMessage(messages, transfers)
    } catch (cause) {
      for (const one of posted) {
        if (posted.length > 1) send([one])
        else refuse(one.message, cause)
      }
    }
  }
  const refuse = ({ id, argumentList }: Message, cause: unknown): void => {
    const answer = { id, type: 'RAW', value: { refused: String(cause) } satisfies Refused }
    if (argumentList === undefined) endpoint.postMessage(answer)
    else hear(answer)
  }

  const sendLater = async (): Promise<void> => {
    for (let i = 0; i < LATER; i++) await undefined
    send(waiting.splice(0))
  }

  endpoint.addEventListener('message', (event) => {
    const { data } = event as MessageEvent<Message | readonly Message[]>
    for (const message of Array.isArray(data) ? data : [data]) hear(message)
  })
  endpoint.start?.()
  return {
    postMessage(message: Message, transfer: readonly Transferable[] = []) {
      if (waiting.push({ message, transfer }) > 1) return
      void sendLater()
    },
    addEventListener: (_type, listener) => listeners.add(listener as (event: MessageEvent) => void),
    removeEventListener: (_type, listener) => listeners.delete(listener as (event: MessageEvent) => void),
  }
}
