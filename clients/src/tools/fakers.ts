import { en, Faker } from '@faker-js/faker'
import type { NewCourse, NewExercise, NewUser } from '@polyservice-lab/contracts/users-api'

export interface Fakers {
  /** What makes the same values again. */
  readonly seed: number
  readonly faker: Faker
  email(): string
  password(): string
  /** @param overrides fields that the caller chooses */
  user(overrides?: Partial<NewUser>): NewUser
  course(overrides: Partial<NewCourse> & Pick<NewCourse, 'previewFileId' | 'createdByUserId'>): NewCourse
  exercise(overrides: Partial<NewExercise> & Pick<NewExercise, 'courseId'>): NewExercise
}

/** Makes values that users-api takes. @param seed makes the same values again; without it, they are new each time */
export function createFakers(seed?: number): Fakers {
  const faker = new Faker({ locale: [en] })
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
  }
}
