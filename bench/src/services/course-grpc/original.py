"""Returns one course out of a dictionary. original.py PORT

The messages are made from their descriptor, so that no generated code is needed.
"""
import sys
from concurrent import futures

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

STRING = descriptor_pb2.FieldDescriptorProto.TYPE_STRING
OPTIONAL = descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL


def message_class(name, fields):
    file = descriptor_pb2.FileDescriptorProto(name=f"{name}.proto", package="bench", syntax="proto3")
    message = file.message_type.add(name=name)
    for number, field in enumerate(fields, start=1):
        message.field.add(name=field, number=number, type=STRING, label=OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    descriptor = pool.FindMessageTypeByName(f"bench.{name}")
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


Request = message_class("GetCourseRequest", ["course_id"])
Response = message_class("GetCourseResponse", ["course_id", "title", "description"])
courses = {"api-course": ("Автотесты API", "Будем изучать написание API автотестов")}


def get_course(request, context):
    if request.course_id not in courses:
        context.abort(grpc.StatusCode.NOT_FOUND, "no such course")
    title, description = courses[request.course_id]
    return Response(course_id=request.course_id, title=title, description=description)


handler = grpc.unary_unary_rpc_method_handler(
    get_course, request_deserializer=Request.FromString, response_serializer=Response.SerializeToString
)
server = grpc.server(futures.ThreadPoolExecutor(max_workers=10))
server.add_generic_rpc_handlers(
    (grpc.method_handlers_generic_handler("courseservice.CourseService", {"GetCourse": handler}),)
)
server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
server.start()
server.wait_for_termination()
