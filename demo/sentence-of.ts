import { isAnnalsError } from 'annals'

interface Refusal {
  readonly code: string
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

const said = (value: unknown): string => (value === null || value === undefined ? 'not counted' : String(value))

const asSentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`

/** Why a transaction was refused, in the shop's words. */
export function sentenceOfRefusal({ code, message, facts }: Refusal): string {
  switch (code) {
    case 'tx/cas-failed':
      if (!('actual' in facts)) return asSentence(message)
      return `Somebody else changed it first: it is ${said(facts.actual)} now, and was ${said(facts.expected)} when this was done.`
    case 'tx/forbidden':
      return 'There is an item with this SKU already.'
    case 'entity/unknown':
      return 'The item is not there any more.'
    default:
      return asSentence(message)
  }
}

/** What went wrong, as a sentence. */
export function sentenceOf(error: unknown): string {
  if (isAnnalsError(error)) return sentenceOfRefusal({ code: error.code, message: error.message, facts: error.data })
  return error instanceof Error ? error.message : String(error)
}
