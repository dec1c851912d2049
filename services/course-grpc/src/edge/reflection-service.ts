import {
  type DescFile,
  type DescMessage,
  type DescService,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import type {
  ServerReflectionRequest,
  ServerReflectionResponseSchema,
  ServerReflectionV1,
  ServerReflectionV1alpha,
} from '@polyservice-lab/contracts/course-grpc'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import { publicError, statusOf } from './errors.ts'
import type { Handlers } from './transport/handlers.ts'

type Query = ServerReflectionRequest['messageRequest']
type Answer = NonNullable<MessageInitShape<typeof ServerReflectionResponseSchema>['messageResponse']>

/** Server reflection: the descriptors of services, and of all files that they import. */
export function reflectionHandlers(services: readonly DescService[]): Handlers<typeof ServerReflectionV1> {
  const files = withImports(services.map(({ file }) => file))
  const byName = new Map(files.map((file) => [file.proto.name, file]))
  const bySymbol = new Map(files.flatMap((file) => symbolsOf(file).map((symbol) => [symbol, file] as const)))
  const messages = new Set(
    files.flatMap((file) => allMessages(file.messages)).map(({ typeName }) => typeName),
  )

  function resolve(query: Query): Answer {
    switch (query.case) {
      case 'listServices': {
        const service = services.map(({ typeName }) => ({ name: typeName })).sort(byServiceName)
        return { case: 'listServicesResponse', value: { service } }
      }
      case 'fileByFilename':
        return describe(byName.get(query.value))
      case 'fileContainingSymbol':
        return describe(bySymbol.get(query.value.replace(/^\./, '')))
      case 'allExtensionNumbersOfType':
        if (!messages.has(query.value)) throw unknown()
        return {
          case: 'allExtensionNumbersResponse',
          value: { baseTypeName: query.value, extensionNumber: [] },
        }
      case 'fileContainingExtension':
        throw unknown()
      default:
        throw new AppError('invalid_argument', 'the request asks for nothing')
    }
  }

  function answer(query: Query): Answer {
    try {
      return resolve(query)
    } catch (error) {
      const { code, message } = publicError(error)
      return { case: 'errorResponse', value: { errorCode: statusOf[code], errorMessage: message } }
    }
  }

  return {
    async *serverReflectionInfo(requests) {
      for await (const request of requests)
        yield {
          validHost: request.host,
          originalRequest: request,
          messageResponse: answer(request.messageRequest),
        }
    },
  }
}

/** The handlers of v1alpha, whose messages are those of v1 under another name. */
export function reflectionV1alphaHandlers(
  services: readonly DescService[],
): Handlers<typeof ServerReflectionV1alpha> {
  return reflectionHandlers(services) as unknown as Handlers<typeof ServerReflectionV1alpha>
}

function unknown(): AppError {
  return new AppError('not_found', 'there is no such file or symbol')
}

function describe(file: DescFile | undefined): Answer {
  if (file === undefined) throw unknown()
  const fileDescriptorProto = withImports([file]).map(({ proto }) =>
    toBinary(FileDescriptorProtoSchema, proto),
  )
  return { case: 'fileDescriptorResponse', value: { fileDescriptorProto } }
}

function byServiceName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1
}

/** Each file before those that it imports, and each once. */
function withImports(files: readonly DescFile[]): readonly DescFile[] {
  const seen = new Set(files)
  // A set grows while it is walked, so this reaches the imports of imports.
  for (const file of seen) for (const imported of file.dependencies) seen.add(imported)
  return [...seen]
}

function symbolsOf({ services, messages, enums }: DescFile): readonly string[] {
  const all = allMessages(messages)
  const allEnums = [...enums, ...all.flatMap(({ nestedEnums }) => nestedEnums)]
  return [
    ...services.flatMap(({ typeName, methods }) => [
      typeName,
      ...methods.map(({ name }) => `${typeName}.${name}`),
    ]),
    ...all.flatMap(({ typeName, fields }) => [typeName, ...fields.map(({ name }) => `${typeName}.${name}`)]),
    ...allEnums.map(({ typeName }) => typeName),
  ]
}

function allMessages(messages: readonly DescMessage[]): readonly DescMessage[] {
  return messages.flatMap((message) => [message, ...allMessages(message.nestedMessages)])
}
