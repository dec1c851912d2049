import {
  createRegistry,
  type DescFile,
  type DescService,
  type MessageInitShape,
  type Registry,
  toBinary,
} from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import {
  file_google_rpc_error_details,
  file_google_rpc_status,
  type ServerReflectionRequest,
  type ServerReflectionResponseSchema,
  ServerReflectionV1,
  ServerReflectionV1alpha,
} from '@polyservice-lab/contracts/grpc'
import { AppError } from '../app-error.ts'
import { type Handlers, type Route, serveMethods } from './handlers.ts'
import { grpcStatuses } from './status.ts'

type Query = ServerReflectionRequest['messageRequest']
type Answer = NonNullable<MessageInitShape<typeof ServerReflectionResponseSchema>['messageResponse']>

/**
 * Server reflection, v1 and v1alpha: the descriptors of the services, of all files that they import, and of the details
 * of errors, which no service names.
 */
export function reflectionRoutes(services: readonly DescService[]): readonly Route[] {
  const files = withImports([
    ...services.map(({ file }) => file),
    file_google_rpc_status,
    file_google_rpc_error_details,
  ])
  const known: Known = {
    services,
    files: new Map(files.map((file) => [file.proto.name, file])),
    registry: createRegistry(...files),
  }
  const handlers: Handlers<typeof ServerReflectionV1> = {
    async *serverReflectionInfo(requests) {
      for await (const request of requests)
        yield {
          validHost: request.host,
          originalRequest: request,
          messageResponse: answer(request.messageRequest, known),
        }
    },
  }
  return [
    ...serveMethods(ServerReflectionV1, handlers),
    // The messages of v1alpha are those of v1 under another name.
    ...serveMethods(ServerReflectionV1alpha, handlers as unknown as Handlers<typeof ServerReflectionV1alpha>),
  ]
}

interface Known {
  readonly services: readonly DescService[]
  readonly files: ReadonlyMap<string, DescFile>
  readonly registry: Registry
}

function answer(query: Query, { services, files, registry }: Known): Answer {
  try {
    switch (query.case) {
      case 'listServices': {
        const service = services.map(({ typeName }) => ({ name: typeName }))
        return { case: 'listServicesResponse', value: { service } }
      }
      case 'fileByFilename':
        return describe(files.get(query.value))
      case 'fileContainingSymbol':
        return describe(fileOf(query.value.replace(/^\./, ''), registry))
      case 'allExtensionNumbersOfType':
        if (registry.getMessage(query.value) === undefined) throw unknown()
        return {
          case: 'allExtensionNumbersResponse',
          value: { baseTypeName: query.value, extensionNumber: [] },
        }
      case 'fileContainingExtension':
        throw unknown()
      default:
        throw new AppError('invalid_argument', 'the request asks for nothing')
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return {
      case: 'errorResponse',
      value: { errorCode: grpcStatuses[error.code], errorMessage: error.message },
    }
  }
}

function unknown(): AppError {
  return new AppError('not_found', 'there is no such file or symbol')
}

/** The file of a type, or of a method or a field, whose name stands behind that of its type. */
function fileOf(symbol: string, registry: Registry): DescFile | undefined {
  const found = registry.get(symbol)
  if (found !== undefined) return found.file
  const dot = symbol.lastIndexOf('.')
  const parent = registry.get(symbol.slice(0, Math.max(0, dot)))
  const name = symbol.slice(dot + 1)
  if (parent?.kind === 'service') return parent.methods.find((method) => method.name === name)?.parent.file
  if (parent?.kind === 'message') return parent.fields.find((field) => field.name === name)?.parent.file
  return undefined
}

function describe(file: DescFile | undefined): Answer {
  if (file === undefined) throw unknown()
  const fileDescriptorProto = withImports([file]).map(({ proto }) =>
    toBinary(FileDescriptorProtoSchema, proto),
  )
  return { case: 'fileDescriptorResponse', value: { fileDescriptorProto } }
}

/** Each file before those that it imports, and each once. */
function withImports(files: readonly DescFile[]): readonly DescFile[] {
  const seen = new Set(files)
  // A set grows while it is walked, so this reaches the imports of imports.
  for (const file of seen) for (const imported of file.dependencies) seen.add(imported)
  return [...seen]
}
