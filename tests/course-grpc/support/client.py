"""The course service as a client in Python sees it: run by foreign.test.ts with the address of a server.

The stubs come from the .proto files, made by grpc_tools; one line per check: ok, or why not.
"""

import importlib
import pathlib
import sys
import tempfile
import threading
import traceback

import grpc
from grpc_tools import protoc

ADDRESS, *CHECKS = sys.argv[1:]
CONTRACTS = pathlib.Path(__file__).resolve().parents[3] / "contracts"


def compile_stubs():
    out = tempfile.mkdtemp()
    roots = [CONTRACTS / "course-grpc", CONTRACTS / "proto"]
    files = [str(path) for root in roots for path in root.rglob("*.proto")]
    known = pathlib.Path(protoc.__file__).parent / "_proto"
    includes = [f"-I{root}" for root in (*roots, known)]
    status = protoc.main(["", *includes, f"--python_out={out}", f"--grpc_python_out={out}", *files])
    assert status == 0
    # The stubs of grpc/... share their name with the library: it is to look there as well.
    sys.path.insert(0, out)
    grpc.__path__.append(f"{out}/grpc")
    return importlib.import_module("course_service_pb2"), importlib.import_module("course_service_pb2_grpc")


pb, stubs = compile_stubs()
from google.protobuf import descriptor_pb2, field_mask_pb2  # noqa: E402
from google.rpc import error_details_pb2, status_pb2  # noqa: E402

channel = grpc.insecure_channel(ADDRESS)
courses = stubs.CourseServiceStub(channel)
TIMEOUT = 10


def failure(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call succeeded")


def details(error):
    metadata = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
    assert status.code == error.code().value[0]
    assert status.message == error.details()
    return {any.type_url.split(".")[-1]: any.value for any in status.details}


def unary():
    course = courses.GetCourse(pb.GetCourseRequest(course_id="api-course"), timeout=TIMEOUT)
    assert course.title == "Автотесты API", course
    assert course.description == "Будем изучать написание API автотестов", course


def large_request():
    error = failure(lambda: courses.GetCourse(pb.GetCourseRequest(course_id="x" * 271_828), timeout=TIMEOUT))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    bad_request = error_details_pb2.BadRequest.FromString(details(error)["BadRequest"])
    assert [violation.field for violation in bad_request.field_violations] == ["course_id"]


def empty_request():
    error = failure(lambda: courses.GetCourse(pb.GetCourseRequest(), timeout=TIMEOUT))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT


def large_unary():
    """The sizes of the interop case, as the contract lets them: up as a field that the server does not know, down as
    what reflection says of the request."""
    request = pb.GetCourseRequest(course_id="api-course").SerializeToString()
    size = 271_828 - len(request) - 4
    padding = bytes([15 << 3 | 2, size & 0x7F | 0x80, size >> 7 & 0x7F | 0x80, size >> 14]) + bytes(size)
    call = channel.unary_unary("/courseservice.CourseService/GetCourse", response_deserializer=pb.GetCourseResponse.FromString)
    assert len(request + padding) == 271_828
    assert call(request + padding, timeout=TIMEOUT).course_id == "api-course"

    rpb = importlib.import_module("grpc.reflection.v1.reflection_pb2")
    reflect = importlib.import_module("grpc.reflection.v1.reflection_pb2_grpc").ServerReflectionStub(channel)
    question = rpb.ServerReflectionRequest(host="x" * 157_080, list_services="")
    (answer,) = reflect.ServerReflectionInfo(iter([question]), timeout=TIMEOUT)
    assert answer.ByteSize() >= 314_159 and answer.valid_host == question.host


def too_large_request():
    error = failure(lambda: courses.GetCourse(pb.GetCourseRequest(course_id="x" * 5_000_000), timeout=TIMEOUT))
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED, error


def large_answers():
    course = pb.Course(course_id="large", title="x", description="😀" * 10_000)
    assert courses.CreateCourse(pb.CreateCourseRequest(course=course), timeout=TIMEOUT) == course
    assert courses.GetCourse(pb.GetCourseRequest(course_id="large"), timeout=TIMEOUT).ByteSize() > 40_000


def field_mask():
    request = pb.UpdateCourseRequest(
        course=pb.Course(course_id="api-course", title="new"),
        update_mask=field_mask_pb2.FieldMask(paths=["title"]),
    )
    assert courses.UpdateCourse(request, timeout=TIMEOUT).title == "new"


def streams():
    sent = [pb.Course(course_id=f"python-{i:05}", title="x") for i in range(5_000)]
    result = courses.ImportCourses(iter(sent), timeout=TIMEOUT)
    assert (result.imported_count, result.refused_count) == (5_000, 0), result
    listed = [course.course_id for course in courses.ListCourses(pb.ListCoursesRequest(), timeout=TIMEOUT)]
    assert [name for name in listed if name.startswith("python-")] == [course.course_id for course in sent]


def page_token():
    first = courses.ListCourses(pb.ListCoursesRequest(page_size=1), timeout=TIMEOUT)
    assert [course.course_id for course in first] == ["api-course"]
    assert "next-page-token" not in dict(first.trailing_metadata())


def ping_pong():
    """The sizes of the interop case; the last answer is as long as a description of 10,000 characters can make it."""
    answered = threading.Semaphore(0)
    sizes = {27_182: 31_415, 8: 9, 1_828: 2_653, 45_904: 39_991}

    def sentence(size):
        return "API" + "😀" * ((size - 3) // 4) + "," * ((size - 3) % 4)

    made = [pb.Course(course_id=f"ping-{down}", title="x", description=sentence(down)) for down in sizes.values()]
    assert courses.ImportCourses(iter(made), timeout=TIMEOUT).imported_count == 4

    def questions():
        for up, down in sizes.items():
            yield pb.StudyRequest(course_id=f"ping-{down}", question="API" + "," * (up - 3))
            assert answered.acquire(timeout=TIMEOUT)

    received = []
    for answer in courses.Study(questions(), timeout=TIMEOUT):
        received.append((answer.question_number, len(answer.text.encode())))
        answered.release()
    assert received == list(enumerate(sizes.values(), 1)), received


def empty_stream():
    assert list(courses.Study(iter([]), timeout=TIMEOUT)) == []


def cancel_after_begin():
    ended = threading.Event()

    def never():
        ended.wait(TIMEOUT)
        yield from ()

    call = courses.ImportCourses.future(never(), timeout=TIMEOUT)
    call.cancel()
    ended.set()
    assert call.code() is grpc.StatusCode.CANCELLED


def cancel_after_first_response():
    ended = threading.Event()

    def one_and_no_end():
        yield pb.StudyRequest(course_id="api-course", question="API")
        ended.wait(TIMEOUT)

    call = courses.Study(one_and_no_end(), timeout=TIMEOUT)
    next(call)
    call.cancel()
    error = failure(lambda: list(call))
    ended.set()
    assert error.code() is grpc.StatusCode.CANCELLED


def deadline():
    release = threading.Event()

    def never():
        release.wait(TIMEOUT)
        yield from ()

    error = failure(lambda: list(courses.Study(never(), timeout=0.2)))
    release.set()
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def error_in_the_middle_of_a_stream():
    def endless():
        yield pb.StudyRequest(course_id="api-course", question="API")
        yield pb.StudyRequest(course_id="nothing", question="API")
        while True:
            yield pb.StudyRequest(course_id="api-course", question="API")

    answers = []
    error = failure(lambda: answers.extend(iter_all(courses.Study(endless(), timeout=TIMEOUT), answers)))
    assert error.code() is grpc.StatusCode.NOT_FOUND, error
    assert [answer.question_number for answer in answers] == [1, 1]
    assert error_details_pb2.ResourceInfo.FromString(details(error)["ResourceInfo"]).resource_name == "nothing"


def iter_all(call, into):
    for answer in call:
        into.append(answer)
    return []


def unicode_details():
    error = failure(lambda: courses.GetCourse(pb.GetCourseRequest(course_id="\t\nТест ☺ 😈"), timeout=TIMEOUT))
    info = error_details_pb2.ResourceInfo.FromString(details(error)["ResourceInfo"])
    assert (info.resource_type, info.resource_name) == ("course", "\t\nТест ☺ 😈")


def unimplemented():
    for path in ("/courseservice.CourseService/Nothing", "/nothing.Nothing/Nothing"):
        error = failure(lambda: channel.unary_unary(path)(b"", timeout=TIMEOUT))
        assert error.code() is grpc.StatusCode.UNIMPLEMENTED


def metadata():
    _, call = courses.GetCourse.with_call(
        pb.GetCourseRequest(course_id="api-course"), timeout=TIMEOUT, metadata=[("x-request-id", "from-python")]
    )
    assert dict(call.trailing_metadata())["x-request-id"] == "from-python"


def gzip():
    compressed = grpc.insecure_channel(ADDRESS, compression=grpc.Compression.Gzip)
    stub = stubs.CourseServiceStub(compressed)
    assert stub.GetCourse(pb.GetCourseRequest(course_id="api-course"), timeout=TIMEOUT).title
    assert stub.ImportCourses(iter([pb.Course(course_id="gzip", title="x" * 200)]), timeout=TIMEOUT).imported_count == 1


def health():
    from grpc.health.v1 import health_pb2, health_pb2_grpc

    stub = health_pb2_grpc.HealthStub(channel)
    for service in ("", "courseservice.CourseService", "grpc.health.v1.Health"):
        answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=TIMEOUT)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    error = failure(lambda: stub.Check(health_pb2.HealthCheckRequest(service="nothing"), timeout=TIMEOUT))
    assert error.code() is grpc.StatusCode.NOT_FOUND
    for service, expected in (("", "SERVING"), ("nothing", "SERVICE_UNKNOWN")):
        watch = stub.Watch(health_pb2.HealthCheckRequest(service=service), timeout=TIMEOUT)
        assert health_pb2.HealthCheckResponse.ServingStatus.Name(next(watch).status) == expected
        watch.cancel()


def reflection():
    for version in ("v1", "v1alpha"):
        module = f"grpc.reflection.{version}.reflection_pb2"
        rpb, rstubs = importlib.import_module(module), importlib.import_module(f"{module}_grpc")
        stub = rstubs.ServerReflectionStub(channel)

        def ask(**query):
            request = rpb.ServerReflectionRequest(host="here", **query)
            (answer,) = stub.ServerReflectionInfo(iter([request]), timeout=TIMEOUT)
            assert (answer.valid_host, answer.original_request) == ("here", request)
            return answer

        services = [service.name for service in ask(list_services="").list_services_response.service]
        assert services == [
            "courseservice.CourseService",
            "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection",
        ]
        for symbol in (*services, "courseservice.Course", "courseservice.CourseService.Study", "google.protobuf.FieldMask"):
            resolve(ask(file_containing_symbol=symbol).file_descriptor_response, symbol)
        resolve(ask(file_by_filename="google/protobuf/empty.proto").file_descriptor_response, "google.protobuf.Empty")
        assert ask(all_extension_numbers_of_type="courseservice.Course").all_extension_numbers_response.extension_number == []
        assert ask(file_containing_symbol="nothing").error_response.error_code == 5
        assert ask(file_by_filename="x" * 100_000).error_response.error_code == 5


def resolve(answer, symbol):
    """What a tool does with the files: with nothing but them, every type of theirs must be found."""
    from google.protobuf import descriptor_pool

    files = {}
    for serialized in answer.file_descriptor_proto:
        file = descriptor_pb2.FileDescriptorProto.FromString(serialized)
        files[file.name] = file
    pool = descriptor_pool.DescriptorPool()

    def add(file):
        for dependency in file.dependency:
            add(files[dependency])
        pool.Add(file)

    for file in files.values():
        add(file)
    pool.FindFileContainingSymbol(symbol)


def load():
    """Many calls at once on one connection."""
    calls = [courses.GetCourse.future(pb.GetCourseRequest(course_id="api-course"), timeout=TIMEOUT) for _ in range(2_000)]
    assert {call.result().course_id for call in calls} == {"api-course"}


for check in CHECKS:
    try:
        globals()[check.replace("-", "_")]()
        print(f"{check}: ok", flush=True)
    except Exception:  # Each check is told apart, so that one does not hide another.
        fault = traceback.format_exc().strip().replace("\n", " | ")
        print(f"{check}: {fault}", flush=True)
