import * as z from 'zod'
import { defineSchemas } from './schemas.ts'

export { defineSchemas, text } from './schemas.ts'

/**
 * Integers are numbers, exact as far as 53 bits; ids and emails are in their normal forms. Properties that a schema does
 * not know are let pass: a server may tell more.
 */
export const schemas = defineSchemas({
  id: z.uuidv4(),
  email: (charactersMax) => (charactersMax === undefined ? z.string() : z.string().max(charactersMax)),
  integer: z.number().refine(Number.isInteger, 'Invalid input: expected an integer'),
})

export type User = Readonly<z.infer<typeof schemas.User>>
export type NewUser = Readonly<z.infer<typeof schemas.NewUser>>
export type UserChanges = Readonly<z.infer<typeof schemas.UserChanges>>
export type StoredFile = Readonly<z.infer<typeof schemas.File>>
export type Course = Readonly<z.infer<typeof schemas.Course>>
export type NewCourse = Readonly<z.infer<typeof schemas.NewCourse>>
export type CourseChanges = Readonly<z.infer<typeof schemas.CourseChanges>>
export type Exercise = Readonly<z.infer<typeof schemas.Exercise>>
export type NewExercise = Readonly<z.infer<typeof schemas.NewExercise>>
export type ExerciseChanges = Readonly<z.infer<typeof schemas.ExerciseChanges>>
export type Tokens = Readonly<z.infer<typeof schemas.Tokens>>
export type Credentials = Readonly<z.infer<typeof schemas.Credentials>>
/** One fault of a request that is answered with 422. */
export type RequestFault = Readonly<z.infer<typeof schemas.Fault>>
