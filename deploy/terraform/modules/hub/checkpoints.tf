# Checkpoints seal the record; whoever could rewrite the table could rewrite those in it, but not what lies here. Put one
# there from time to time:
#
#   riposte ledger verify --format json | aws s3 cp - s3://BUCKET/$(date -u +%FT%TZ).json
#
# and compare later with riposte ledger verify --checkpoint FILE.

resource "aws_s3_bucket" "checkpoints" {
  count               = var.checkpoint_bucket == null ? 0 : 1
  bucket              = var.checkpoint_bucket
  object_lock_enabled = true
  tags                = var.tags
}

resource "aws_s3_bucket_versioning" "checkpoints" {
  count  = var.checkpoint_bucket == null ? 0 : 1
  bucket = aws_s3_bucket.checkpoints[0].id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "checkpoints" {
  count      = var.checkpoint_bucket == null ? 0 : 1
  bucket     = aws_s3_bucket.checkpoints[0].id
  depends_on = [aws_s3_bucket_versioning.checkpoints]
  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = var.checkpoint_days
    }
  }
}

resource "aws_s3_bucket_public_access_block" "checkpoints" {
  count                   = var.checkpoint_bucket == null ? 0 : 1
  bucket                  = aws_s3_bucket.checkpoints[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "checkpoints" {
  count  = var.checkpoint_bucket == null ? 0 : 1
  bucket = aws_s3_bucket.checkpoints[0].id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}
