import { type Course, checkCourseId, invalidFields, textFault } from './course.ts'

/** In characters. */
const questionLengthMax = 100_000

export interface Question {
  readonly courseId: string
  readonly question: string
}

export interface Answer {
  /** Empty in the only answer to a question that the course says nothing about. */
  readonly text: string
  readonly last: boolean
}

/** @throws AppError invalid_argument */
export function checkQuestion({ courseId, question }: Question): void {
  checkCourseId(courseId)
  const description = textFault(question, questionLengthMax, true)
  if (description !== undefined) throw invalidFields([{ field: 'question', description }])
}

/** The sentences of a course, title first, that have a word in common with the question; letter case does not count. */
export function* answersTo(question: string, course: Course): Generator<Answer> {
  const asked = new Set(wordsOf(question))
  let found: string | undefined
  for (const sentence of sentencesOf(course)) {
    if (!wordsOf(sentence).some((word) => asked.has(word))) continue
    if (found !== undefined) yield { text: found, last: false }
    found = sentence
  }
  yield { text: found ?? '', last: true }
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

const endOfSentence = /(?<=[.!?\n])\s+/gu

/** One at a time: an answer may wait long for its reader. */
function* sentencesOf({ title, description }: Course): Generator<string> {
  yield title
  let start = 0
  while (start < description.length) {
    endOfSentence.lastIndex = start
    const end = endOfSentence.exec(description)
    const sentence = description.slice(start, end?.index).trim()
    if (sentence !== '') yield sentence
    start = end === null ? description.length : end.index + end[0].length
  }
}
