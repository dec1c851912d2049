/**
 * Values that the lab takes, and ways for them to be wrong.
 * @module @polyservice-lab/clients/fakers
 */

import { base, en, Faker } from '@faker-js/faker'
import type { NewCourse, NewExercise, NewUser } from '@polyservice-lab/contracts/users-api'
import type { Course as CatalogueCourse } from '../grpc/course-client.ts'
import type { NewFile } from '../rest/files-client.ts'

export { type WrongValue, wrongValues } from './wrong-values.ts'

/** Makes values that the services take. Overrides are fields that the caller chooses. */
export interface Fakers {
  /** What makes the same values again. */
  readonly seed: number
  /** For whatever is not here. */
  readonly faker: Faker
  email(): string
  password(): string
  user(overrides?: Partial<NewUser>): NewUser
  file(overrides?: Partial<NewFile>): NewFile
  course(overrides: Partial<NewCourse> & Pick<NewCourse, 'previewFileId' | 'createdByUserId'>): NewCourse
  exercise(overrides: Partial<NewExercise> & Pick<NewExercise, 'courseId'>): NewExercise
  /** A course of the gRPC catalogue. */
  catalogueCourse(overrides?: Partial<CatalogueCourse>): CatalogueCourse
  /** One line of text, for the history and the echo. */
  message(): string
}

/** The variable of the environment that holds the seed of fakers which are made without one. */
const seedVariable = 'LAB_SEED'

/**
 * Makes fakers.
 * @param seed makes the same values again; default: LAB_SEED of the environment, and without it new values each time
 * @example
 * const user = createFakers().user({ firstName: 'Ada' })
 */
export function createFakers(seed: number | undefined = seedOfEnvironment()): Fakers {
  const faker = new Faker({ locale: [en, base] })
  const used = faker.seed(seed)
  const email = () => `${faker.string.alphanumeric({ length: 12, casing: 'lower' })}@example.com`
  const password = () => faker.internet.password({ length: 16 })
  const scores = () => ({ maxScore: faker.number.int({ min: 50, max: 100 }), minScore: 10 })
  return {
    seed: used,
    faker,
    email,
    password,
    user: (overrides) => ({
      email: email(),
      password: password(),
      lastName: faker.person.lastName(),
      firstName: faker.person.firstName(),
      middleName: faker.person.middleName(),
      ...overrides,
    }),
    course: (overrides) => ({
      title: faker.lorem.words(3),
      description: faker.lorem.sentence(),
      estimatedTime: `${faker.number.int({ min: 1, max: 12 })} weeks`,
      ...scores(),
      ...overrides,
    }),
    exercise: (overrides) => ({
      title: faker.lorem.words(3),
      description: faker.lorem.sentence(),
      estimatedTime: `${faker.number.int({ min: 1, max: 12 })} hours`,
      orderIndex: faker.number.int({ max: 20 }),
      ...scores(),
      ...overrides,
    }),
    file: (overrides) => ({
      filename: `${faker.string.alphanumeric(12)}.txt`,
      directory: faker.helpers.arrayElement(['previews', 'tasks', 'tests/nested']),
      bytes: faker.lorem.paragraph(),
      ...overrides,
    }),
    catalogueCourse: (overrides) => ({
      courseId: faker.string.uuid(),
      title: faker.lorem.words(3),
      description: faker.lorem.paragraph(),
      ...overrides,
    }),
    message: () => `${faker.lorem.sentence()} ${faker.internet.emoji()}`,
  }
}

/**
 * A test with fakers of its own: when it fails, its error says which seed makes the same values again. For every runner
 * that takes a function: vitest, node:test, Jest, Mocha.
 * @param body gets the fakers, and then what the runner gives
 * @example
 * test('creates a user', withFakers(async (fakers) => {
 *   await lab.users.createUser(fakers.user())
 * }))
 */
export function withFakers<Arguments extends unknown[]>(
  body: (fakers: Fakers, ...given: Arguments) => unknown,
): (...given: Arguments) => Promise<void> {
  return async (...given) => {
    const fakers = createFakers()
    try {
      await body(fakers, ...given)
    } catch (error) {
      throw withHint(error, `the values of this test come again with ${seedVariable}=${fakers.seed}`)
    }
  }
}

/** The same error, for runners that know its class, with one more line in its message. */
function withHint(error: unknown, hint: string): unknown {
  if (!(error instanceof Error)) return new Error(`${String(error)}\n${hint}`, { cause: error })
  const { message, stack } = error
  error.message = `${message}\n${hint}`
  if (stack !== undefined) error.stack = stack.replace(message, () => error.message)
  return error
}

function seedOfEnvironment(): number | undefined {
  const value = process.env[seedVariable]
  if (value === undefined || value === '') return undefined
  if (!/^\d+$/.test(value)) throw new Error(`${seedVariable}=${JSON.stringify(value)}: not a whole number`)
  return Number(value)
}
