import { expect, it } from 'vitest'
import { AnnalsError } from '../src/base/errors.ts'
import { refusal } from '../src/server/answer.ts'

it('too many pushes at once are a matter of time: 503', async () => {
  const response = refusal(new AnnalsError('connection/overloaded', 'too many wait already', { waiting: 1 }))
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ code: 'connection/overloaded' })
})
