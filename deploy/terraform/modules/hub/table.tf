# The record. Keys and indexes are those that internal/ledger/dynamodb documents; riposte refuses a table with others.

locals {
  indexes = {
    wake     = ["wake_in", "wake_at"] # what can be claimed, and when next
    cases    = ["list_in", "pk"]      # all cases
    unsealed = ["seal_in", "pk"]      # what the next checkpoint seals
  }
}

resource "aws_dynamodb_table" "record" {
  name                        = "${var.name}-record"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = var.deletion_protection
  tags                        = var.tags

  dynamic "attribute" {
    for_each = { pk = "S", sk = "S", wake_in = "S", wake_at = "N", list_in = "S", seal_in = "S" }
    content {
      name = attribute.key
      type = attribute.value
    }
  }
  dynamic "global_secondary_index" {
    for_each = local.indexes
    content {
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value[0]
      range_key       = global_secondary_index.value[1]
      projection_type = "KEYS_ONLY"
    }
  }

  ttl { # what is counted, for 90 days; nothing of the record has it
    attribute_name = "ends"
    enabled        = true
  }
  point_in_time_recovery {
    enabled = true
  }
  server_side_encryption {
    enabled = true
  }
}
