import { AppError } from '@polyservice-lab/service-kit/app-error'
import * as z from 'zod'
import { type Method, method } from './method.ts'

const text = 'must be a number; a whole one from -(2^53-1) to 2^53-1'
const isExact = (value: number) => !Number.isInteger(value) || Number.isSafeInteger(value)
const number = z.number(text).refine(isExact, text)

/** The methods that the examples of the specification call (JSON-RPC 2.0, 7). */
export const exampleMethods: readonly Method[] = [
  method('subtract', {
    summary: 'The difference of two numbers',
    params: { minuend: number, subtrahend: number },
    result: z.number(),
    errors: ['out_of_range'],
    run: ({ minuend, subtrahend }) => exact(minuend - subtrahend),
  }),
  variadic(
    method('sum', {
      summary: 'The sum of the params: any count of numbers, by position',
      // Added while they are checked: what waits for its turn in a batch is one number.
      params: { params: z.array(number).transform((numbers) => numbers.reduce((sum, one) => sum + one, 0)) },
      result: z.number(),
      errors: ['out_of_range'],
      run: ({ params }) => exact(params),
    }),
  ),
  method('get_data', {
    summary: 'Some data',
    params: {},
    result: z.tuple([z.string(), z.int()]),
    run: () => ['hello', 5],
  }),
  ...['update', 'notify_hello', 'notify_sum'].map((name) => ({
    ...method(name, {
      summary: 'Nothing, with whatever params',
      params: {},
      result: z.null(),
      run: () => null,
    }),
    prepare: () => () => null,
  })),
]

/** Makes of a method of one list a method whose positional params are the list. */
function variadic(ofList: Method): Method {
  const withoutParams = method(ofList.name, { ...ofList, params: {}, run: () => {} })
  return {
    ...withoutParams,
    prepare(given) {
      if (!Array.isArray(given)) withoutParams.prepare(given)
      return ofList.prepare({ params: Array.isArray(given) ? given : [] })
    },
  }
}

/** @throws AppError out_of_range for a number that JSON or a double cannot tell */
function exact(value: number): number {
  if (Number.isFinite(value) && isExact(value)) return value
  throw new AppError('out_of_range', 'the result is beyond 2^53-1')
}
