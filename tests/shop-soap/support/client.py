"""Speaks to shop-soap through zeep, by the WSDL that the service gives. Prints `<check>: ok`, or what went otherwise.

client.py BASE_URL CHECK...
"""
import datetime
import sys
from decimal import Decimal

import zeep
from zeep.wsse.username import UsernameToken

base, *wanted = sys.argv[1:]
NAMESPACE = "{http://example.com/user-service}"


def client(port, **options):
    return zeep.Client(base + "/?wsdl", port_name=port, **options)


def address(port):
    found = client(port).service._binding_options["address"]
    assert found == base + "/soap", found


def users(port):
    shop = client(port).service
    email = f"zeep-{port}@example.com"
    user = shop.CreateUser(name="Ada & <Eve>", email=email, role="admin", view="full")
    assert (user.name, user.role, user.version) == ("Ada & <Eve>", "admin", 1), user
    assert isinstance(user.createdAt, datetime.datetime), user.createdAt
    assert shop.GetUser(id=user.id).role is None
    assert shop.UpdateUser(id=user.id, name="Ada").name == "Ada"
    page = shop.ListUsers(email=email.upper())
    assert (page.total, page.User[0].id) == (1, user.id), page
    assert shop.DeleteUser(id=user.id) is True
    assert shop.ListUsers(email=email).User == []


def orders(port):
    shop = client(port).service
    items = [{"productId": 302, "quantity": 2}, {"productId": 310, "quantity": 1}]
    order = shop.PlaceOrder(userId=2, item=items, idempotencyKey=f"zeep-{port}")
    assert (order.totalAmount, [i.unitPrice for i in order.item]) == (Decimal("51.01"), [Decimal("25.50"), Decimal("0.01")]), order
    assert shop.PlaceOrder(userId=2, item=items, idempotencyKey=f"zeep-{port}").id == order.id
    assert shop.CancelOrder(id=order.id).status == "cancelled"
    assert shop.GetOrder(id=101).createdAt == datetime.datetime(2024, 2, 1, tzinfo=datetime.timezone.utc)
    assert shop.ListOrders(userId=123, sort="id_asc", limit=1).Order[0].id == 456
    assert shop.GetProduct(id=308).name == 'Adapter "A&B" <C>'
    assert [p.id for p in shop.ListProducts(q="чех").Product] == [306]


def fault(port, call, code, fields=()):
    try:
        call(client(port).service)
    except zeep.exceptions.Fault as error:
        told = error.detail.find(f".//{NAMESPACE}ShopFault")
        assert error.code.endswith("Sender" if port == "Soap12" else "Client"), error.code
        assert told.findtext(NAMESPACE + "code") == code, told.findtext(NAMESPACE + "code")
        found = [one.text for one in told.iter(NAMESPACE + "field")]
        assert found == list(fields), found
        assert error.message, "no text"
        return
    raise AssertionError("no Fault")


def faults(port):
    fault(port, lambda shop: shop.GetUser(id=7), "not_found")
    fault(port, lambda shop: shop.CreateUser(name="", email="x"), "invalid_argument", ["name", "email"])
    fault(port, lambda shop: shop.DeleteUser(id=1), "failed_precondition")


def security(port):
    for password in ["password123", "password"]:
        for digest in [False, True]:
            token = UsernameToken("admin", password, use_digest=digest)
            assert client(port, wsse=token).service.GetUser(id=123).name == "John Doe"
    wrong = client(port, wsse=UsernameToken("admin", "x", use_digest=True)).service
    try:
        wrong.GetUser(id=123)
    except zeep.exceptions.Fault as error:
        assert b"unauthenticated" in zeep.wsdl.utils.etree_to_string(error.detail)
    else:
        raise AssertionError("no Fault")


def header(port):
    shop = client(port)
    block = shop.get_element(NAMESPACE + "Authentication")(username="admin", password="password123")
    assert shop.service.GetUser(id=123, _soapheaders=[block]).name == "John Doe"


for check in wanted:
    name, port = check.split(" ")
    try:
        globals()[name](port)
        print(f"{check}: ok")
    except Exception as error:  # told to the test, whatever it is
        print(f"{check}: {type(error).__name__} {error}")
