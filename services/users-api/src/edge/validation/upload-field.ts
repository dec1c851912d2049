import { failRule, type Schema } from './schema.ts'
import { Upload } from './upload.ts'

/** A file of a form. */
export function upload(): Schema<Upload> {
  return {
    parse: (input, place) =>
      input instanceof Upload
        ? input
        : failRule(place, "Expected UploadFile, received: <class 'str'>", input),
    jsonSchema: { type: 'string', contentMediaType: 'application/octet-stream' },
  }
}
