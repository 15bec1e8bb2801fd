import { below, pick, randomFrom } from './random.ts'

export interface Person {
  readonly name: string
  readonly lastName: string
  readonly sex: ':male' | ':female'
  readonly age: number
  readonly salary: number
}

export const NAMES = ['Ivan', 'Petr', 'Sergei', 'Oleg', 'Yuri', 'Dmitry', 'Fedor', 'Denis'] as const
export const LAST_NAMES = ['Ivanov', 'Petrov', 'Sidorov', 'Kovalev', 'Kuznetsov', 'Voronoi'] as const
export const SEXES = [':male', ':female'] as const

export function people(n: number): Person[] {
  const random = randomFrom(1)
  return Array.from({ length: n }, () => ({
    name: pick(random, NAMES),
    lastName: pick(random, LAST_NAMES),
    sex: pick(random, SEXES),
    age: below(random, 100),
    salary: below(random, 100_000),
  }))
}
