import { Code, type ServiceImpl } from "@connectrpc/connect";
import type {
  ServerReflectionRequest,
  ServerReflection as V1,
} from "../../gen/grpc/reflection/v1/reflection_pb.ts";
import type {
  ServerReflectionRequest as ServerReflectionRequestAlpha,
  ServerReflection as V1Alpha,
} from "../../gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { excerpt } from "../../support/excerpt.ts";
import type { DescriptorIndex } from "./descriptor-index.ts";

/** The question of either version: they differ in the package's name alone. */
type Question = (ServerReflectionRequest | ServerReflectionRequestAlpha)["messageRequest"];
type Answer =
  | { case: "listServicesResponse"; value: { service: { name: string }[] } }
  | { case: "fileDescriptorResponse"; value: { fileDescriptorProto: Uint8Array[] } }
  | {
      case: "allExtensionNumbersResponse";
      value: { baseTypeName: string; extensionNumber: number[] };
    }
  | { case: "errorResponse"; value: { errorCode: number; errorMessage: string } };

/** grpc.reflection.v1, which today's grpcurl asks first. */
export function createReflectionService(index: DescriptorIndex): ServiceImpl<typeof V1> {
  return {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) {
        yield {
          validHost: request.host,
          originalRequest: request,
          messageResponse: answer(index, request.messageRequest),
        };
      }
    },
  };
}

/** grpc.reflection.v1alpha, which older tools ask. */
export function createReflectionServiceAlpha(index: DescriptorIndex): ServiceImpl<typeof V1Alpha> {
  return {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) {
        yield {
          validHost: request.host,
          originalRequest: request,
          messageResponse: answer(index, request.messageRequest),
        };
      }
    },
  };
}

function answer(index: DescriptorIndex, question: Question): Answer {
  switch (question.case) {
    case "listServices":
      return {
        case: "listServicesResponse",
        value: { service: index.services.map((name) => ({ name })) },
      };
    case "fileByFilename":
      return files(index.file(question.value), `file ${excerpt(question.value)}`);
    case "fileContainingSymbol":
      return files(index.fileOfSymbol(question.value), `symbol ${excerpt(question.value)}`);
    case "fileContainingExtension":
      return files(undefined, `extension of ${excerpt(question.value.containingType)}`);
    case "allExtensionNumbersOfType":
      return index.hasMessage(question.value)
        ? {
            case: "allExtensionNumbersResponse",
            value: { baseTypeName: question.value, extensionNumber: [] },
          }
        : failure(Code.NotFound, `message ${excerpt(question.value)} is not known here`);
    case undefined:
      return failure(Code.InvalidArgument, "the request asks nothing");
  }
}

function files(found: readonly Uint8Array[] | undefined, asked: string): Answer {
  return found === undefined
    ? failure(Code.NotFound, `${asked} is not known here`)
    : { case: "fileDescriptorResponse", value: { fileDescriptorProto: [...found] } };
}

function failure(errorCode: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}
