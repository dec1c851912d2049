"""The shop as a client in Python sees it: run by foreign.test.ts with the address of a server.

The stubs come from the .proto files, made by grpc_tools; one line per check: ok, or why not.
"""

import importlib
import pathlib
import sys
import tempfile
import traceback

import grpc
from grpc_tools import protoc

ADDRESS, *CHECKS = sys.argv[1:]
CONTRACTS = pathlib.Path(__file__).resolve().parents[3] / "contracts"


def compile_stubs():
    out = tempfile.mkdtemp()
    roots = [CONTRACTS / "shop" / "proto", CONTRACTS / "proto"]
    files = [str(path) for root in roots for path in root.rglob("*.proto")]
    known = pathlib.Path(protoc.__file__).parent / "_proto"
    includes = [f"-I{root}" for root in (*roots, known)]
    assert protoc.main(["", *includes, f"--python_out={out}", f"--grpc_python_out={out}", *files]) == 0
    # The stubs of grpc/... share their name with the library: it is to look there as well.
    sys.path.insert(0, out)
    grpc.__path__.append(f"{out}/grpc")
    names = ("user_pb2", "user_pb2_grpc", "shop.v1.shop_pb2", "shop.v1.shop_pb2_grpc")
    return [importlib.import_module(name) for name in names]


user_pb, user_grpc, shop_pb, shop_grpc = compile_stubs()
from google.rpc import error_details_pb2, status_pb2  # noqa: E402

channel = grpc.insecure_channel(ADDRESS)
users = user_grpc.UserServiceStub(channel)
shop = shop_grpc.ShopServiceStub(channel)
TIMEOUT = 20


def failure(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call succeeded")


def details(error):
    status = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
    assert (status.code, status.message) == (error.code().value[0], error.details())
    return {any.type_url.split(".")[-1]: any.value for any in status.details}


def users_as_they_know_it():
    """What a client of user.UserService does, with nothing changed but the port."""
    alice = users.GetUser(user_pb.GetUserRequest(id="1"), timeout=TIMEOUT)
    assert (alice.name, alice.email) == ("Alice", "alice@example.com"), alice
    created = users.CreateUser(user_pb.User(id="7", name="Charlie", email="charlie@example.com"), timeout=TIMEOUT)
    assert created.id == "7"
    error = failure(lambda: users.CreateUser(created, timeout=TIMEOUT))
    assert (error.code(), error.details()) == (grpc.StatusCode.ALREADY_EXISTS, "Пользователь уже существует")
    created.name = "Charlie Brown"
    assert users.UpdateUser(created, timeout=TIMEOUT) == created
    listed = [user.id for user in users.ListUsers(user_pb.ListUsersRequest(page_size=10), timeout=TIMEOUT)]
    assert listed == ["1", "2", "7", "123"], listed
    assert users.DeleteUser(user_pb.GetUserRequest(id="7"), timeout=TIMEOUT) == user_pb.Empty()
    error = failure(lambda: users.GetUser(user_pb.GetUserRequest(id="7"), timeout=TIMEOUT))
    assert (error.code(), error.details()) == (grpc.StatusCode.NOT_FOUND, "Пользователь не найден")


def pages():
    call = users.ListUsers(user_pb.ListUsersRequest(page_size=2), timeout=TIMEOUT)
    assert [user.id for user in call] == ["1", "2"]
    token = dict(call.trailing_metadata())["next-page-token"]
    rest = users.ListUsers(user_pb.ListUsersRequest(page_size=2, page_token=token), timeout=TIMEOUT)
    assert [user.id for user in rest] == ["123"]
    assert "next-page-token" not in dict(rest.trailing_metadata())


def rich_errors():
    error = failure(lambda: users.CreateUser(user_pb.User(email="x"), timeout=TIMEOUT))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    found = details(error)
    assert list(found) == ["BadRequest"], found
    bad_request = error_details_pb2.BadRequest.FromString(found["BadRequest"])
    assert [violation.field for violation in bad_request.field_violations] == ["name", "email"]
    found = details(failure(lambda: shop.GetOrder(shop_pb.GetOrderRequest(id=7), timeout=TIMEOUT)))
    info = error_details_pb2.ErrorInfo.FromString(found["ErrorInfo"])
    resource = error_details_pb2.ResourceInfo.FromString(found["ResourceInfo"])
    assert (info.reason, info.domain) == ("ORDER_NOT_FOUND", "shop")
    assert (resource.resource_type, resource.resource_name) == ("order", "7")


def orders_and_money():
    item = shop_pb.PlaceOrderRequest.Item(product_id=302, quantity=2)
    request = shop_pb.PlaceOrderRequest(user_id=1, items=[item], idempotency_key="python")
    order = shop.PlaceOrder(request, timeout=TIMEOUT)
    assert shop.PlaceOrder(request, timeout=TIMEOUT) == order
    assert (order.total_amount.currency_code, order.total_amount.units, order.total_amount.nanos) == ("EUR", 51, 0)
    assert order.status == shop_pb.ORDER_STATUS_PLACED
    assert shop.CancelOrder(shop_pb.CancelOrderRequest(id=order.id), timeout=TIMEOUT).status == shop_pb.ORDER_STATUS_CANCELLED
    page = shop.ListProducts(shop_pb.ListProductsRequest(order_by="price_desc", page_size=1), timeout=TIMEOUT)
    assert (page.products[0].id, page.total_size) == (309, 10)


def feed():
    watch = shop.WatchFeed(shop_pb.WatchFeedRequest(), timeout=TIMEOUT)
    watch.initial_metadata()
    created = users.CreateUser(user_pb.User(name="Dora", email="dora@example.com"), timeout=TIMEOUT)
    event = next(watch)
    assert (event.type, event.WhichOneof("data"), str(event.user.id)) == ("user.created", "user", created.id)
    users.DeleteUser(user_pb.GetUserRequest(id=created.id), timeout=TIMEOUT)
    assert next(watch).seq == event.seq + 1
    watch.cancel()
    assert failure(lambda: next(watch)).code() is grpc.StatusCode.CANCELLED
    again = shop.WatchFeed(shop_pb.WatchFeedRequest(after=event.seq), timeout=TIMEOUT)
    assert next(again).type == "user.deleted"
    again.cancel()
    error = failure(lambda: next(shop.WatchFeed(shop_pb.WatchFeedRequest(after=2**53 - 1), timeout=TIMEOUT)))
    assert error.code() is grpc.StatusCode.OUT_OF_RANGE


def deadline():
    error = failure(lambda: list(shop.WatchFeed(shop_pb.WatchFeedRequest(), timeout=0.3)))
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def gzip():
    compressed = user_grpc.UserServiceStub(grpc.insecure_channel(ADDRESS, compression=grpc.Compression.Gzip))
    assert compressed.GetUser(user_pb.GetUserRequest(id="2"), timeout=TIMEOUT).name == "Bob"


def credentials():
    metadata = [("authorization", "Bearer abc")]
    error = failure(lambda: users.GetUser(user_pb.GetUserRequest(id="1"), timeout=TIMEOUT, metadata=metadata))
    assert error.code() is grpc.StatusCode.UNAUTHENTICATED


def many_at_once():
    calls = [users.GetUser.future(user_pb.GetUserRequest(id="1"), timeout=TIMEOUT) for _ in range(1_000)]
    assert {call.result().name for call in calls} == {"Alice"}


for check in CHECKS:
    try:
        globals()[check.replace("-", "_")]()
        print(f"{check}: ok", flush=True)
    except Exception:  # Each check is told apart, so that one does not hide another.
        fault = traceback.format_exc().strip().replace("\n", " | ")
        print(f"{check}: {fault}", flush=True)
