import { isAnnalsError } from 'annals'
import { sentenceOf } from './sentence-of.ts'

/** Stands in place of the page when its database could not be opened. */
export function Failure({ error }: { readonly error: unknown }) {
  return (
    <main className="failure" role="alert">
      <h1>The inventory could not be opened</h1>
      <p>{sentenceOf(error)}</p>
      {isAnnalsError(error) && <p className="code">{error.code}</p>}
      <p>
        <button type="button" className="primary" onClick={() => location.reload()}>
          Try again
        </button>
      </p>
    </main>
  )
}
