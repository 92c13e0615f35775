"""What `verify-store` and `verify-index` say at the command line, and how they end."""

import json

import pytest
from sqlalchemy import delete, func, select

from archive_service.adapters.blobs import Bucket
from archive_service.adapters.search_index.interface import Batch
from archive_service.models.job import Job
from archive_service.models.record import Page, Rendition, RenditionRole
from archive_service.rules.access import Role
from archive_service.services import indexing, intake
from archive_service.services.intake import Incoming
from archive_service.worker import Worker
from tests.papers import jpeg


@pytest.fixture
def kind_of_database():
    """Both are held to the services themselves."""
    return "sqlite"


@pytest.fixture
def record(archive, make):
    registrar = make.actor(Role.SCHOOL_REGISTRAR, make.tree()[3])
    record = intake.receive(archive, Incoming(jpeg("户口簿"), "户口簿.jpg"), actor=registrar)
    Worker(archive).drain()
    indexing.rebuild(archive)
    indexing.index_records(archive, {record.id}, job_id=1)
    with archive.begin() as session:
        session.execute(delete(Job).where(Job.kind == "index"))
    return record


def test_a_sample_can_be_repeated_by_its_seed(record, xueji):
    status, said = xueji("verify-store", "--sample", "2", "--json")
    told = json.loads(said)
    assert (status, told["checked"], told["sample"]) == (0, 2, 2)
    assert json.loads(xueji("verify-store", "--sample", "2", "--seed", told["seed"], "--json")[1]) == told
    assert "种子 abc；" in xueji("verify-store", "--sample", "1", "--seed", "abc")[1]


def test_a_rota_says_whether_it_came_round(archive, record, xueji):
    with archive.read() as session:
        number = session.scalar(select(func.count()).select_from(Rendition))
    assert "下次接着核对" in xueji("verify-store", "--rota", str(number))[1]
    assert "下次从头开始" in xueji("verify-store", "--rota", "1")[1]


@pytest.mark.parametrize("words", [("--sample", "1", "--rota", "1"), ("--seed", "x"), ("--rota", "1", "--seed", "x")])
def test_choices_that_exclude_each_other_are_wrong_use(record, xueji, words):
    assert xueji("verify-store", *words)[0] == 2


def test_damage_is_told_with_record_and_page_and_ends_with_one(archive, record, xueji):
    with archive.read() as session:
        page = session.scalars(select(Rendition).where(Rendition.role == RenditionRole.ACCESS)).one()
    archive.blobs.expunge(Bucket.WORKING, page.blob_key)
    status, said = xueji("verify-store")
    assert status == 1
    assert f"材料 {record.id} 第 1 页 access：存储中没有内容" in said


def test_an_index_that_lost_a_page_is_told(archive, record, xueji):
    assert xueji("verify-index")[0] == 0
    with archive.read() as session:
        page = session.scalars(select(Page)).one()
    archive.index.apply(Batch(deletes=[page.id], job_id=99))
    status, said = xueji("verify-index", "--json")
    assert status == 1
    assert [fault["page_id"] for fault in json.loads(said)["faults"]] == [page.id]
    assert f"材料 {record.id} 第 1 页：检索中没有这一页" in xueji("verify-index")[1]
